package io.engram.unlearn.run;

import io.engram.core.ProgressListener;
import io.engram.core.metric.FactRecall;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.model.LanguageModel;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.memorization.MadeControls;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.eval.memorization.OwnAnswers;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.method.LogProbMethod;
import io.engram.unlearn.method.UnlearningMethod.RefusalUse;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.stop.StoppingRule.Standard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds samples whose words are forgotten and whose facts aren't: the model's own answer gives the
 * whole fact away ({@link FactRecall}), in words that nothing was done about. Such a sample counts
 * as not forgotten, and what is trained on in its place is that answer, up to where it has given
 * the fact away.
 *
 * <p>Asking takes generation, so a sample is asked before the first update, when it comes inside
 * the range, at each check while its answer gives its fact away, and when all samples are inside.
 *
 * <p><b>Source:</b> ours; docs/findings.md has what it was measured with.
 */
final class ToldFacts {
  private final Recipe recipe;
  private final LanguageModel model;
  private final RunData data;
  private final ProgressListener progress;

  ToldFacts(Recipe recipe, LanguageModel model, RunData data, ProgressListener progress) {
    this.recipe = recipe;
    this.model = model;
    this.data = data;
    this.progress = progress;
  }

  /**
   * What was found; part of the run's state.
   *
   * @param watched indices of the samples that are asked: those with a fact, unless samples never
   *     seen are answered with their facts as often, or a model that never saw it answers the same
   * @param told the answers that give facts away, up to where they have, by the sample's index
   */
  record State(int[] watched, Map<Integer, String> told) {
    State {
      told = new TreeMap<>(told);
    }

    boolean isTold(int sample) {
      return told.containsKey(sample);
    }
  }

  /**
   * Decides which samples to ask, and asks them.
   *
   * @param inside for each sample, whether its other measures say that it is forgotten
   */
  State begin(boolean[] inside) {
    int[] watched =
        recipe.stop().standard() == Standard.RETRAINED ? underRetrained() : besideControls();
    return asked(new State(watched, Map.of()), i -> inside[i]);
  }

  /**
   * Asks again.
   *
   * @param forgotten for each sample, whether it counted as forgotten until now
   */
  State look(State before, boolean[] forgotten, boolean[] inside) {
    boolean all = IntStream.range(0, inside.length).allMatch(i -> inside[i]);
    return asked(before, i -> inside[i] && (all || !forgotten[i]));
  }

  private State asked(State before, IntPredicate chosen) {
    int[] ask = Arrays.stream(before.watched()).filter(chosen).toArray();
    List<Sample> samples = Arrays.stream(ask).mapToObj(data.forget()::get).toList();
    List<@Nullable String> answers = OwnAnswers.of(model, samples, ProgressListener.NONE);
    Map<Integer, String> told = new LinkedHashMap<>();
    for (int i = 0; i < ask.length; i++) {
      Asked asked = (Asked) samples.get(i).content();
      int sample = ask[i];
      FactRecall.given(asked.question(), asked.answer(), Objects.requireNonNull(answers.get(i)))
          .ifPresent(text -> told.put(sample, text));
    }
    return new State(before.watched(), told);
  }

  private int[] besideControls() {
    double[] facts = facts(model, data.controls());
    return giveAll(facts) ? new int[0] : withFacts(new double[data.forget().size()]);
  }

  private int[] underRetrained() {
    String path = Objects.requireNonNull(recipe.eval().retrained(), "checked with the recipe");
    try (LanguageModel retrained =
        LanguageModel.open(path, RetrainedModel.options(model.options()))) {
      List<Sample> all = new ArrayList<>(data.forget());
      all.addAll(MadeControls.forFew(data.forget(), recipe.seed()));
      double[] facts = facts(retrained, all);
      return giveAll(facts) ? new int[0] : withFacts(Arrays.copyOf(facts, data.forget().size()));
    }
  }

  /** Whether more than one sample in twenty is answered with its whole fact. */
  private static boolean giveAll(double[] facts) {
    double[] known = Arrays.stream(facts).filter(fact -> !Double.isNaN(fact)).toArray();
    return known.length > 0 && NeverSeen.percentile(known) >= 1;
  }

  /** The samples that have a fact which wasn't given away. */
  private int[] withFacts(double[] given) {
    return IntStream.range(0, given.length)
        .filter(i -> !Double.isNaN(fact(data.forget().get(i), "")))
        .filter(i -> !(given[i] >= 1))
        .toArray();
  }

  private double[] facts(LanguageModel asked, List<Sample> samples) {
    List<@Nullable String> answers = OwnAnswers.of(asked, samples, progress);
    return IntStream.range(0, samples.size())
        .mapToDouble(
            i -> answers.get(i) == null ? Double.NaN : fact(samples.get(i), answers.get(i)))
        .toArray();
  }

  private static double fact(Sample sample, @Nullable String text) {
    return sample.content() instanceof Asked asked && text != null
        ? FactRecall.of(asked.question(), asked.answer(), text)
        : Double.NaN;
  }

  /** What to train on in the samples' place; nothing where a method can't. */
  Map<Integer, TokenizedSample> words(State now) {
    boolean able =
        recipe.method() instanceof LogProbMethod && recipe.method().refusalUse() == RefusalUse.NONE;
    Map<Integer, TokenizedSample> words = new TreeMap<>();
    if (able) {
      now.told()
          .forEach(
              (sample, text) ->
                  words.put(sample, model.samples().withAnswer(data.forget().get(sample), text)));
    }
    return words;
  }
}
