package io.engram.unlearn.run;

import io.engram.core.ProgressListener;
import io.engram.core.metric.FactRecall;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.model.LanguageModel;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds samples whose facts the model's own answers give away ({@link FactRecall}), in whatever
 * words. Such a sample counts as not forgotten, however well its own words are. That answer, up to
 * where it has given the fact away, is trained on in the sample's place; while the sample's own
 * words aren't forgotten either, in every second epoch.
 *
 * <p>Asking takes generation, so a sample is asked when its own words come to be forgotten, and at
 * every second check, or every one if no other's words are left, while its answer gives its fact
 * away. All are asked before the first update, at every fourth check, since answers change, and
 * before the run ends.
 *
 * <p><b>Source:</b> ours; docs/findings.md has what it was measured with.
 */
final class ToldFacts {
  /** At every so many checks, all samples are asked. */
  private static final int ALL_EVERY = 4;

  /** At every so many checks, those are asked again that gave their facts away. */
  private static final int TOLD_EVERY = 2;

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
   * @param worded which of these samples' own words are forgotten
   * @param checks how many there were after an update
   */
  record State(int[] watched, Map<Integer, String> told, Set<Integer> worded, int checks) {
    State {
      told = new TreeMap<>(told);
      worded = new TreeSet<>(worded);
    }

    /** Whether it names samples among this number only. */
    boolean fits(int samples) {
      return IntStream.concat(
              IntStream.of(watched),
              Stream.concat(told.keySet().stream(), worded.stream()).mapToInt(i -> i))
          .allMatch(sample -> sample >= 0 && sample < samples);
    }

    boolean isTold(int sample) {
      return told.containsKey(sample);
    }
  }

  /**
   * Decides which samples to ask, and asks them.
   *
   * @param forgotten for each sample, whether its own words are
   */
  State begin(boolean[] forgotten) {
    int[] watched =
        recipe.stop().standard() == Standard.RETRAINED ? underRetrained() : besideControls();
    return asked(new State(watched, Map.of(), Set.of(), 0), i -> true, forgotten, 0);
  }

  /**
   * Asks again.
   *
   * @param counted for each sample, whether it counted as forgotten until now
   * @param forgotten whether its own words are now
   */
  State look(State before, boolean[] counted, boolean[] forgotten) {
    int checks = before.checks() + 1;
    boolean ends = recipe.stop().ends(forgotten);
    boolean tellers = ends || checks % TOLD_EVERY == 0;
    IntPredicate chosen =
        checks % ALL_EVERY == 0
            ? i -> true
            : i -> forgotten[i] && !counted[i] && (tellers || !before.isTold(i));
    State now = asked(before, chosen, forgotten, checks);
    return ends && now.told().isEmpty() ? asked(now, chosen.negate(), forgotten, checks) : now;
  }

  private State asked(State before, IntPredicate chosen, boolean[] forgotten, int checks) {
    int[] ask = Arrays.stream(before.watched()).filter(chosen).toArray();
    List<Sample> samples = Arrays.stream(ask).mapToObj(data.forget()::get).toList();
    List<@Nullable String> answers = OwnAnswers.of(model, samples, ProgressListener.NONE);
    Map<Integer, String> told = new TreeMap<>(before.told());
    Arrays.stream(ask).forEach(told::remove);
    for (int i = 0; i < ask.length; i++) {
      Asked asked = (Asked) samples.get(i).content();
      int sample = ask[i];
      FactRecall.given(asked.question(), asked.answer(), Objects.requireNonNull(answers.get(i)))
          .ifPresent(text -> told.put(sample, text));
    }
    Set<Integer> worded =
        told.keySet().stream().filter(i -> forgotten[i]).collect(Collectors.toSet());
    return new State(before.watched(), told, worded, checks);
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

  /** What to train on in the samples' place in an epoch; nothing where a method can't. */
  Map<Integer, Sample> words(State now, int epoch) {
    boolean able =
        recipe.method() instanceof LogProbMethod && recipe.method().refusalUse() == RefusalUse.NONE;
    Map<Integer, Sample> words = new TreeMap<>();
    if (able) {
      now.told()
          .forEach(
              (sample, text) -> {
                if (epoch % 2 == 1 || now.worded().contains(sample)) {
                  Sample own = data.forget().get(sample);
                  Sample.Content said = ((Asked) own.content()).withAnswer(text);
                  words.put(sample, new Sample(own.id(), said));
                }
              });
    }
    return words;
  }
}
