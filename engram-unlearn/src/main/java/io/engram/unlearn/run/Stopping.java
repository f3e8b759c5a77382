package io.engram.unlearn.run;

import io.engram.core.run.RunFolder;
import io.engram.core.settings.Choices;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.run.RunState.Looked;
import io.engram.unlearn.stop.BudgetRule;
import io.engram.unlearn.stop.ForgottenCheck;
import io.engram.unlearn.stop.StoppingRule;
import io.engram.unlearn.stop.StoppingRule.Standard;
import io.engram.unlearn.stop.Thresholds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Applies the stopping rule during a run: checks the forget samples when the rule asks for it,
 * records the result, and says which samples to draw next and whether to stop. Its state is part of
 * the run's state, so a resumed run continues exactly as if it had not stopped.
 */
final class Stopping {
  /** With a small pool, checks come at least this many updates' draws apart for each sample. */
  private static final int DRAWS_PER_CHECKED = 12;

  private final Recipe recipe;
  private final StoppingRule rule;
  private final RunFolder folder;
  private final Setup setup;
  private final LanguageModel model;
  private final RunData data;
  private final RunState state;
  private final ForgottenCheck check;

  Stopping(
      Recipe recipe,
      RunFolder folder,
      Setup setup,
      LanguageModel model,
      RunData data,
      RunState state) {
    this.recipe = recipe;
    this.rule = recipe.stop();
    this.folder = folder;
    this.setup = setup;
    this.model = model;
    this.data = data;
    this.state = state;
    this.check = new ForgottenCheck(model, data.forgetTokens(), setup.progress());
  }

  /** What one check found. */
  private record Found(boolean[] forgotten, Map<String, Object> facts) {}

  /**
   * Sets the thresholds before the first update. Samples that are below thresholds of EL and MA
   * from the start are counted in the journal but drawn all the same: a sample one asks to forget
   * should not be left alone. A sample that is known no better than samples never seen is not
   * drawn, since there is nothing to forget.
   */
  void begin() {
    if (!rule.looks() || state.looked() != null) {
      return;
    }
    long start = System.nanoTime();
    int[] forgottenAt = new int[data.forget().size()];
    Arrays.fill(forgottenAt, -1);
    Found found;
    if (rule.standard() == Standard.EL_MA) {
      ForgottenCheck.First first = check.first(rule);
      state.look(new Looked(first.thresholds(), null, forgottenAt, 0));
      found = new Found(first.look().forgotten(), facts(first.look(), first.thresholds()));
    } else {
      NeverSeen neverSeen = neverSeen();
      found = compared(neverSeen);
      for (int i = 0; i < forgottenAt.length; i++) {
        forgottenAt[i] = found.forgotten()[i] ? 0 : -1;
      }
      state.look(new Looked(null, neverSeen, forgottenAt, 0));
    }
    write(found, 0, start);
  }

  /** What samples that were never seen score. */
  private NeverSeen neverSeen() {
    if (rule.standard() == Standard.CONTROLS) {
      return NeverSeen.ofControls(Knowledge.measure(model, data.controlTokens(), setup.progress()));
    }
    String path = Objects.requireNonNull(recipe.eval().retrained(), "checked with the recipe");
    try (LanguageModel retrained =
        LanguageModel.open(path, RetrainedModel.options(model.options()))) {
      return NeverSeen.ofRetrained(
          Knowledge.measure(
              retrained, retrained.samples().tokenize(data.forget()), setup.progress()));
    }
  }

  /** Whether the rule checks the samples after this many updates. */
  boolean isDue(Plan plan, int updates) {
    Looked looked = state.looked();
    if (!rule.looks() || looked == null) {
      return false;
    }
    Integer every = rule.everyUpdates();
    if (updates == plan.updates()) {
      return true;
    }
    if (every != null) {
      return updates % every == 0;
    }
    if (rule.standard() == Standard.EL_MA) {
      return plan.startsEpoch(updates);
    }
    int all = ceiling(pool().length, plan.perUpdate());
    int worthIt = ceiling(data.forget().size(), DRAWS_PER_CHECKED * plan.perUpdate());
    return updates - looked.lastCheck() >= Math.max(1, Math.max(all, worthIt));
  }

  private static int ceiling(int number, int divisor) {
    return (number + divisor - 1) / divisor;
  }

  /** Checks all samples under the current model, if the rule ever does. */
  void look() {
    Looked before = state.looked();
    if (before == null) {
      return;
    }
    long start = System.nanoTime();
    Found found = found(before);
    int[] at = before.forgottenAt().clone();
    int recovered = 0;
    for (int i = 0; i < at.length; i++) {
      boolean was = at[i] >= 0;
      boolean is = found.forgotten()[i];
      recovered += was && !is ? 1 : 0;
      at[i] = !is ? -1 : was ? at[i] : state.updates();
    }
    state.look(new Looked(before.thresholds(), before.neverSeen(), at, state.updates()));
    write(found, recovered, start);
  }

  private Found found(Looked before) {
    NeverSeen neverSeen = before.neverSeen();
    if (neverSeen != null) {
      return compared(neverSeen);
    }
    Thresholds thresholds = before.thresholds();
    if (thresholds == null) {
      throw new IllegalStateException("no thresholds were set");
    }
    ForgottenCheck.Look look = check.look(thresholds);
    return new Found(look.forgotten(), facts(look, thresholds));
  }

  private Found compared(NeverSeen neverSeen) {
    setup.progress().start("how well the requests are known", data.forget().size(), "samples");
    List<Knowledge> known = Knowledge.measure(model, data.forgetTokens(), setup.progress());
    setup.progress().finish();
    boolean[] forgotten = new boolean[known.size()];
    for (int i = 0; i < forgotten.length; i++) {
      forgotten[i] = neverSeen.isInside(i, known.get(i));
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    for (Knowledge.Measure measure : Knowledge.Measure.values()) {
      facts.put(
          measure.key() + "_mean",
          known.stream().mapToDouble(measure::of).average().orElse(Double.NaN));
      facts.put(measure.key() + "_limit", measure.of(neverSeen.upper()));
    }
    return new Found(forgotten, facts);
  }

  private static Map<String, Object> facts(ForgottenCheck.Look look, Thresholds thresholds) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("ma_mean", look.meanMa());
    facts.put("el_mean", look.meanEl());
    facts.put("el_samples", look.elSamples());
    facts.put("ma_threshold", thresholds.ma());
    facts.put("el_threshold", thresholds.el());
    return facts;
  }

  private void write(Found found, int recovered, long start) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("update", state.updates());
    fields.put("samples", found.forgotten().length);
    fields.put("forgotten", StoppingRule.count(found.forgotten()));
    fields.put("recovered", recovered);
    fields.put("drawn_from", pool().length);
    fields.putAll(found.facts());
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("check", fields);
  }

  /** Indices of the samples to draw from now on; empty if all are forgotten. */
  int[] pool() {
    return rule.pool(forgotten());
  }

  /** Whether the stopping rule is met. */
  boolean isMet() {
    return rule.looks() && rule.ends(forgotten());
  }

  /** How many samples are not forgotten yet; all of them if the rule never checks. */
  int left() {
    return data.forget().size() - StoppingRule.count(forgotten());
  }

  /** What ended the run: the name of the rule, or the budget. */
  String reason() {
    return isMet() ? Choices.nameOf(rule) : Choices.nameOf(BudgetRule.class);
  }

  /** The journal's last facts about the samples; empty if the rule checks none. */
  Map<String, Object> told() {
    Map<String, Object> told = new LinkedHashMap<>();
    if (rule.looks()) {
      told.put("forgotten", StoppingRule.count(forgotten()));
      told.put("samples", data.forget().size());
    }
    return told;
  }

  /**
   * The number of updates after which a sample was found forgotten; null if it is not forgotten or
   * was never checked.
   */
  @Nullable Integer forgottenAt(int sample) {
    Looked looked = state.looked();
    return looked == null || looked.forgottenAt()[sample] < 0
        ? null
        : Integer.valueOf(looked.forgottenAt()[sample]);
  }

  private boolean[] forgotten() {
    boolean[] forgotten = new boolean[data.forget().size()];
    for (int i = 0; i < forgotten.length; i++) {
      forgotten[i] = forgottenAt(i) != null;
    }
    return forgotten;
  }
}
