package io.engram.unlearn.run;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
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

/**
 * Finds {@code method.other_words} where a recipe leaves it open: how much more the model knows of
 * a token that doesn't belong to its answer's fact than a model that never saw the sample, as a
 * share of the same for a token that does:
 *
 * <pre>c = (ō − ō₀) / (f̄ − f̄₀), held within [0.05, 1]</pre>
 *
 * <p>f̄ and ō are mean log-probabilities of the fact's tokens and of all others, over the samples
 * that the model knows; f̄₀ and ō₀ the same of samples never seen, or of the same samples under the
 * model that never saw them. A model that speaks the language knows "The capital of France is" of
 * any question about capitals, and c is small. A model that learned even its grammar from the
 * samples knows the other words from them too, and c is near 1.
 *
 * <p><b>Source:</b> ours; docs/findings.md has what it was measured with.
 */
final class OtherWords {
  /** At 0, ascent comes to rest when the facts are unlikely, before all samples are forgotten. */
  private static final double LEAST = 0.05;

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

  /**
   * c, to two digits; 1 if there is nothing to compare, or the facts are known no better than to a
   * model that never saw them.
   */
  static double share(List<Tokens> known, List<Tokens> never) {
    double fact = mean(known, true) - mean(never, true);
    double other = mean(known, false) - mean(never, false);
    if (!(fact > 0) || Double.isNaN(other)) {
      return 1;
    }
    return Math.round(100 * Math.min(1, Math.max(LEAST, other / fact))) / 100.0;
  }

  private static double mean(List<Tokens> samples, boolean ofFact) {
    double sum = 0;
    int count = 0;
    for (Tokens sample : samples) {
      for (int t = 0; t < sample.logProbs().length; t++) {
        if (sample.ofFact()[t] == ofFact) {
          sum += sample.logProbs()[t];
          count++;
        }
      }
    }
    return sum / count;
  }
}
