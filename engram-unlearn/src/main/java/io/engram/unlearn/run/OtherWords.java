package io.engram.unlearn.run;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.core.stats.Proportion;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.stop.StoppingRule.Standard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Finds {@code method.other_words} where a recipe leaves it open: the share of the samples whose
 * other words, those that don't belong to the answer's fact, the model knows better than 95 % of
 * the other words of samples that it never saw:
 *
 * <pre>c = (s − 0.05) / 0.95, held within [0.05, 1]
 * s = #{i : ō_i > the 95th percentile of ō of samples never seen} / n</pre>
 *
 * <p>ō is the mean log-probability of a sample's other words; i are the samples that the model
 * knows, and s is taken at its lower 95 % bound ({@link Proportion}). The samples never seen are
 * the controls, or the same samples under the model that never saw them. A model that speaks the
 * language knows "The capital of France is" no better than the beginning of any answer about
 * capitals, and c is small: there is nothing to forget in it. A model that was trained on the
 * samples knows their other words from them, too, and c is 1.
 *
 * <p><b>Source:</b> ours; docs/findings.md has what it was measured with.
 */
final class OtherWords {
  /** At 0, ascent comes to rest when the facts are unlikely, before all samples are forgotten. */
  private static final double LEAST = 0.05;

  /** Share of samples never seen that are above their own 95th percentile. */
  private static final double BY_CHANCE = 0.05;

  /** Of the bound: of eight samples two are above by chance often enough. */
  private static final double LEVEL = 0.95;

  private OtherWords() {}

  /** The recipe with the share found; the same recipe if it leaves nothing open. */
  static Recipe settled(Recipe recipe, LanguageModel model, RunData data) {
    return recipe.method().otherWords() == 0
        ? Rehearsal.changed(recipe, "method.other_words=" + of(recipe, model, data))
        : recipe;
  }

  private static double of(Recipe recipe, LanguageModel model, RunData data) {
    List<Tokens> now = tokens(model, data.forget());
    List<Tokens> never = neverSeen(recipe, model, data);
    if (now.isEmpty() || never.isEmpty()) {
      return 1;
    }
    double limit = NeverSeen.percentile(never.stream().mapToDouble(Tokens::mean).toArray());
    List<Tokens> known = now.stream().filter(sample -> sample.mean() > limit).toList();
    return share(known.isEmpty() ? now : known, never);
  }

  private static List<Tokens> neverSeen(Recipe recipe, LanguageModel model, RunData data) {
    if (recipe.stop().standard() == Standard.CONTROLS) {
      return tokens(model, data.controls());
    }
    String path = Objects.requireNonNull(recipe.eval().retrained(), "checked with the recipe");
    try (LanguageModel retrained =
        LanguageModel.open(path, RetrainedModel.options(model.options()))) {
      return tokens(retrained, data.forget());
    }
  }

  /**
   * A sample's tokens.
   *
   * @param logProbs ℓ_t, {@code [n]}
   * @param ofFact which belong to the answer's fact, {@code [n]}
   */
  record Tokens(double[] logProbs, boolean[] ofFact) {
    double mean() {
      return Arrays.stream(logProbs).average().orElse(Double.NaN);
    }

    /** ō; NaN if all belong to the fact. */
    double other() {
      return IntStream.range(0, logProbs.length)
          .filter(t -> !ofFact[t])
          .mapToDouble(t -> logProbs[t])
          .average()
          .orElse(Double.NaN);
    }
  }

  /** The tokens of the samples that have a question. */
  private static List<Tokens> tokens(LanguageModel model, List<Sample> samples) {
    List<Sample> asked = samples.stream().filter(s -> s.content() instanceof Asked).toList();
    List<double[]> logProbs =
        new Scorer(model).logProbs(model.samples().tokenize(asked), ProgressListener.NONE);
    List<Tokens> tokens = new ArrayList<>();
    for (int i = 0; i < asked.size(); i++) {
      Asked content = (Asked) asked.get(i).content();
      boolean[] ofFact = model.samples().ofFact(asked.get(i), content.question(), content.answer());
      tokens.add(new Tokens(logProbs.get(i), ofFact));
    }
    return tokens;
  }

  /** c, to two digits; 1 if there is nothing to compare. */
  static double share(List<Tokens> known, List<Tokens> never) {
    double[] mine = others(known);
    double[] theirs = others(never);
    if (mine.length == 0 || theirs.length == 0) {
      return 1;
    }
    double limit = NeverSeen.percentile(theirs);
    int above = (int) Arrays.stream(mine).filter(o -> o > limit).count();
    double sure = Proportion.lowerBound(above, mine.length, LEVEL);
    double share = (sure - BY_CHANCE) / (1 - BY_CHANCE);
    return Math.round(100 * Math.max(LEAST, share)) / 100.0;
  }

  /** ō of the samples that have other words. */
  private static double[] others(List<Tokens> samples) {
    return samples.stream().mapToDouble(Tokens::other).filter(o -> !Double.isNaN(o)).toArray();
  }
}
