package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import io.engram.unlearn.eval.memorization.MadeControls;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.stop.ForgottenCheck;
import io.engram.unlearn.stop.StoppingRule;
import io.engram.unlearn.stop.StoppingRule.Standard;
import io.engram.unlearn.stop.Thresholds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Measures which samples of a forget set are forgotten, by the standard of a stopping rule. */
final class SampleChecks {
  private final Recipe recipe;
  private final StoppingRule rule;
  private final LanguageModel model;
  private final RunData data;
  private final ProgressListener progress;
  private final WorkerGroup group;
  private final ForgottenCheck check;

  /**
   * Prepares checks.
   *
   * @param group the workers that check together, each a part of the samples
   */
  SampleChecks(
      Recipe recipe,
      LanguageModel model,
      RunData data,
      ProgressListener progress,
      WorkerGroup group) {
    this.group = group;
    this.recipe = recipe;
    this.rule = recipe.stop();
    this.model = model;
    this.data = data;
    this.progress = progress;
    this.check = new ForgottenCheck(model, data.forgetTokens(), progress);
  }

  /**
   * What a sample has to be below; one of the two.
   *
   * @param thresholds of EL and MA
   * @param neverSeen the range of samples never seen
   */
  record Limits(@Nullable Thresholds thresholds, @Nullable NeverSeen neverSeen) {}

  /**
   * What one check found.
   *
   * @param forgotten {@code [N]}
   * @param values MA, or the mean log-probability a token, {@code [N]}
   * @param known all measures, where samples are compared with samples never seen; else empty
   * @param facts means and limits, for the journal
   */
  record Found(
      boolean[] forgotten, double[] values, List<Knowledge> known, Map<String, Object> facts) {}

  /** The limits and what the model scores before the first update. */
  record First(Limits limits, Found found) {}

  /** Sets the limits by the model as it is now. */
  First first() {
    if (rule.standard() == Standard.EL_MA) {
      ForgottenCheck.First first = check.first(rule);
      return new First(
          new Limits(first.thresholds(), null), found(first.look(), first.thresholds()));
    }
    NeverSeen range = rule.standard() == Standard.CONTROLS ? ofControls() : underRetrained();
    List<Knowledge> known = measured(model, data.forgetTokens(), ProgressListener.NONE);
    NeverSeen neverSeen = rule.margin() == 0 ? range : range.deeper(rule.margin(), known);
    return new First(new Limits(null, neverSeen), compared(neverSeen, known));
  }

  /**
   * The same with a limit of the mean loss instead of the stopping rule.
   *
   * @param until nats a token
   */
  First firstBelow(double until) {
    NeverSeen limit = new NeverSeen(NeverSeen.FEWEST, new Knowledge(-until, 1, 1, 0), List.of());
    return new First(new Limits(null, limit), compared(limit));
  }

  private NeverSeen ofControls() {
    if (data.controlTokens().isEmpty()) {
      throw EngramException.usage(
          "controls.data %s has no samples; at least %d are needed to judge by."
              .formatted(recipe.controls().data(), NeverSeen.FEWEST));
    }
    progress.start("how well samples never seen are known", data.controlTokens().size(), "samples");
    List<Knowledge> controls = measured(model, data.controlTokens(), progress);
    progress.finish();
    return NeverSeen.ofControls(controls);
  }

  private NeverSeen underRetrained() {
    String path = Objects.requireNonNull(recipe.eval().retrained(), "checked with the recipe");
    try (LanguageModel retrained =
        LanguageModel.open(path, RetrainedModel.options(model.options()))) {
      progress.start("how well " + path + " knows the requests", data.forget().size(), "samples");
      List<Knowledge> known =
          measured(retrained, retrained.samples().tokenize(data.forget()), progress);
      progress.finish();
      List<Sample> more = MadeControls.forFew(data.forget(), recipe.seed());
      return NeverSeen.ofRetrained(
          known, measured(retrained, retrained.samples().tokenize(more), progress));
    }
  }

  /** What the model knows of samples, each worker measuring its part. */
  private List<Knowledge> measured(
      LanguageModel asked, List<TokenizedSample> samples, ProgressListener listener) {
    if (group.isAlone()) {
      return Knowledge.measure(asked, samples, listener);
    }
    int[] own = group.share(samples.stream().mapToInt(s -> s.ids().length).toArray());
    List<Knowledge> part =
        Knowledge.measure(asked, Arrays.stream(own).mapToObj(samples::get).toList(), listener);
    double[] numbers = new double[4 * samples.size()];
    for (int k = 0; k < own.length; k++) {
      Knowledge known = part.get(k);
      int at = 4 * own[k];
      numbers[at] = known.logProb();
      numbers[at + 1] = known.memorization();
      numbers[at + 2] = known.strength();
      numbers[at + 3] = known.tokens();
    }
    double[] all = group.sum(numbers);
    List<Knowledge> known = new ArrayList<>();
    for (int at = 0; at < all.length; at += 4) {
      known.add(new Knowledge(all[at], all[at + 1], all[at + 2], (int) all[at + 3]));
    }
    return known;
  }

  /** Checks all samples under the model as it is now. */
  Found now(Limits limits) {
    if (limits.neverSeen() != null) {
      return compared(limits.neverSeen());
    }
    Thresholds thresholds = Objects.requireNonNull(limits.thresholds());
    return found(check.look(thresholds), thresholds);
  }

  private static Found found(ForgottenCheck.Look look, Thresholds thresholds) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("ma_mean", look.meanMa());
    facts.put("el_mean", look.meanEl());
    facts.put("el_samples", look.elSamples());
    facts.put("ma_threshold", thresholds.ma());
    facts.put("el_threshold", thresholds.el());
    return new Found(look.forgotten(), look.ma(), List.of(), facts);
  }

  private Found compared(NeverSeen neverSeen) {
    return compared(neverSeen, measured(model, data.forgetTokens(), ProgressListener.NONE));
  }

  private static Found compared(NeverSeen neverSeen, List<Knowledge> known) {
    boolean[] forgotten = new boolean[known.size()];
    for (int i = 0; i < forgotten.length; i++) {
      forgotten[i] = neverSeen.isInside(i, known.get(i));
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    for (Measure measure : Measure.values()) {
      facts.put(
          measure.key() + "_mean",
          known.stream().mapToDouble(measure::of).average().orElse(Double.NaN));
      facts.put(measure.key() + "_limit", measure.of(neverSeen.upper()));
    }
    return new Found(
        forgotten, known.stream().mapToDouble(Knowledge::logProb).toArray(), known, facts);
  }

  /** The limit of {@link Found#values} for a sample. */
  static double limit(Limits limits, int sample) {
    NeverSeen neverSeen = limits.neverSeen();
    return neverSeen != null
        ? neverSeen.limit(Measure.LOG_PROB, sample)
        : Objects.requireNonNull(limits.thresholds()).ma();
  }
}
