package io.engram.unlearn.run;

import io.engram.core.OrderedMap;
import io.engram.core.run.RunFolder;
import io.engram.core.settings.Choices;
import io.engram.model.LanguageModel;
import io.engram.unlearn.run.RunState.Looked;
import io.engram.unlearn.stop.BudgetRule;
import io.engram.unlearn.stop.ForgottenCheck;
import io.engram.unlearn.stop.StoppingRule;
import io.engram.unlearn.stop.Thresholds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Applies the stopping rule during a run: checks the forget samples when the rule asks for it,
 * records the result, and says which samples to draw next and whether to stop. Its state is part of
 * the run's state, so a resumed run continues exactly as if it had not stopped.
 */
final class Stopping {
  private final StoppingRule rule;
  private final RunFolder folder;
  private final RunData data;
  private final RunState state;
  private final ForgottenCheck check;

  Stopping(
      StoppingRule rule,
      RunFolder folder,
      Setup setup,
      LanguageModel model,
      RunData data,
      RunState state) {
    this.rule = rule;
    this.folder = folder;
    this.data = data;
    this.state = state;
    this.check = new ForgottenCheck(model, data.forgetTokens(), setup.progress());
  }

  /**
   * Sets the thresholds before the first update. Samples that are below them from the start are
   * counted in the journal but drawn all the same: a sample one asks to forget should not be left
   * alone.
   */
  void begin() {
    if (!rule.looks() || state.looked() != null) {
      return;
    }
    long start = System.nanoTime();
    ForgottenCheck.First first = check.first(rule);
    int[] forgottenAt = new int[data.forget().size()];
    Arrays.fill(forgottenAt, -1);
    state.look(new Looked(first.thresholds(), forgottenAt));
    write(first.look(), 0, first.thresholds(), start);
  }

  /** Whether the rule checks the samples after this many updates. */
  boolean isDue(Plan plan, int updates) {
    Integer every = rule.everyUpdates();
    boolean last = updates == plan.updates();
    boolean now = every == null ? plan.startsEpoch(updates) : updates % every == 0;
    return rule.looks() && (last || now);
  }

  /** Checks all samples under the current model. */
  void look() {
    Looked before = state.looked();
    if (before == null) {
      throw new IllegalStateException("no thresholds were set");
    }
    long start = System.nanoTime();
    ForgottenCheck.Look look = check.look(before.thresholds());
    int[] at = before.forgottenAt().clone();
    int recovered = 0;
    for (int i = 0; i < at.length; i++) {
      boolean was = at[i] >= 0;
      boolean is = look.forgotten()[i];
      recovered += was && !is ? 1 : 0;
      at[i] = !is ? -1 : was ? at[i] : state.updates();
    }
    state.look(new Looked(before.thresholds(), at));
    write(look, recovered, before.thresholds(), start);
  }

  private void write(ForgottenCheck.Look look, int recovered, Thresholds thresholds, long start) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("update", state.updates());
    fields.put("samples", look.ma().length);
    fields.put("forgotten", StoppingRule.count(look.forgotten()));
    fields.put("recovered", recovered);
    fields.put("drawn_from", pool().length);
    fields.put("ma_mean", look.meanMa());
    fields.put("el_mean", look.meanEl());
    fields.put("el_samples", look.elSamples());
    fields.put("ma_threshold", thresholds.ma());
    fields.put("el_threshold", thresholds.el());
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("check", fields);
  }

  /** Indices of the samples to draw from now on; empty once the run has ended. */
  int[] pool() {
    return rule.pool(forgotten());
  }

  /** Whether the stopping rule has ended the run. */
  boolean hasEnded() {
    return rule.looks() && rule.ends(forgotten());
  }

  /** What ended the run: the name of the rule, or the budget. */
  String reason() {
    return hasEnded() ? Choices.nameOf(rule) : Choices.nameOf(BudgetRule.class);
  }

  /** The journal's last facts about the samples; empty if the rule checks none. */
  Map<String, Object> told() {
    return rule.looks()
        ? OrderedMap.of(
            "forgotten", StoppingRule.count(forgotten()), "samples", data.forget().size())
        : Map.of();
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
