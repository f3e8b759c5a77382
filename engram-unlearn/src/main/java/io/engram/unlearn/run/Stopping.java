package io.engram.unlearn.run;

import io.engram.core.OrderedMap;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.core.settings.Choices;
import io.engram.model.LanguageModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.run.RunState.Depth;
import io.engram.unlearn.run.RunState.Looked;
import io.engram.unlearn.stop.BudgetRule;
import io.engram.unlearn.stop.StoppingRule;
import io.engram.unlearn.stop.StoppingRule.Standard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Applies the stopping rule during a run: checks the forget samples when the rule asks for it,
 * records the result, and says which samples to draw next and whether to stop. Its state is part of
 * the run's state, so a resumed run continues exactly as if it had not stopped.
 */
final class Stopping {
  /**
   * Samples that a check may pass through the model for each draw since the last one: a draw costs
   * about six passes, forward and backward for its sample and for the one it keeps, so checks take
   * at most half as long as the updates between them.
   */
  private static final int CHECKED_PER_DRAW = 3;

  /**
   * How far beyond its limit a sample is pushed, as a share of the way there. At the limit itself
   * it would cross it again and again, since what is kept pulls it back as soon as it isn't drawn;
   * of many samples a few would always be above.
   */
  private static final double BEYOND = 0.1;

  private final StoppingRule rule;
  private final RunFolder folder;
  private final RunData data;
  private final Plan plan;
  private final RunState state;
  private final SampleChecks checks;
  private final ToldFacts told;
  private final List<Map<Integer, Sample>> words = new ArrayList<>();
  private SampleChecks.@Nullable First first;
  private SampleChecks.@Nullable Found last;

  /** Of the weights that the run leaves, if these aren't those of the last check. */
  private int @Nullable [] forgottenAt;

  Stopping(
      Recipe recipe,
      RunFolder folder,
      Setup setup,
      LanguageModel model,
      RunData data,
      RunState state) {
    this.rule = recipe.stop();
    this.folder = folder;
    this.data = data;
    this.plan = Plan.of(data.forget().size(), recipe.budget());
    this.state = state;
    this.checks = new SampleChecks(recipe, model, data, setup.progress(), setup.group());
    this.told = new ToldFacts(recipe, model, data, setup.progress());
    reword();
  }

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
    SampleChecks.First found = checks.first();
    first = found;
    // There is nothing to forget in a sample that is known no better than one never seen.
    ToldFacts.State facts = null;
    if (found.limits().neverSeen() != null) {
      facts = rule.answers() ? told.begin(found.found().forgotten()) : null;
      for (int i = 0; i < forgottenAt.length; i++) {
        boolean is = found.found().forgotten()[i] && (facts == null || !facts.isTold(i));
        forgottenAt[i] = is ? 0 : -1;
      }
    }
    look(
        new Looked(
            found.limits().thresholds(),
            found.limits().neverSeen(),
            forgottenAt,
            lastCheck(0),
            facts,
            depth(found, forgottenAt)));
    write(found.found(), 0, start);
  }

  private static @Nullable Depth depth(SampleChecks.First first, int[] forgottenAt) {
    if (first.limits().neverSeen() == null) {
      return null;
    }
    double[] until = new double[forgottenAt.length];
    for (int i = 0; i < until.length; i++) {
      double limit = SampleChecks.limit(first.limits(), i);
      until[i] = pushedTo(first.found().values()[i], limit);
    }
    return new Depth(until, reached(until, first.found().values(), forgottenAt));
  }

  /** The log-probability to which a sample is pushed that starts at one and has a limit. */
  static double pushedTo(double start, double limit) {
    return limit - BEYOND * Math.max(0, start - limit);
  }

  /** Whether each sample is forgotten and its log-probability no higher than it is pushed to. */
  static boolean[] reached(double[] until, double[] logProbs, int[] forgottenAt) {
    boolean[] reached = new boolean[until.length];
    for (int i = 0; i < reached.length; i++) {
      reached[i] = forgottenAt[i] >= 0 && logProbs[i] <= until[i];
    }
    return reached;
  }

  /** Whether the rule checks the samples after this many updates. */
  boolean isDue(int updates) {
    Looked looked = state.looked();
    if (!rule.looks() || looked == null) {
      return false;
    }
    if (updates == plan.updates()) {
      return true;
    }
    if (rule.everyUpdates() != null) {
      return updates % rule.everyUpdates() == 0;
    }
    if (rule.standard() == Standard.EL_MA) {
      return plan.startsEpoch(updates);
    }
    return updates - Objects.requireNonNullElse(looked.lastCheck(), 0)
        >= apart(rule, plan, data, pool().length);
  }

  /** Updates between two checks while this many samples are drawn from. */
  static int apart(StoppingRule rule, Plan plan, RunData data, int drawnFrom) {
    if (rule.everyUpdates() != null) {
      return rule.everyUpdates();
    }
    return rule.standard() == Standard.EL_MA
        ? plan.updatesPerEpoch()
        : Math.max(ceiling(drawnFrom, plan.perUpdate()), leastApart(plan, data));
  }

  /** The fewest updates between two checks with which checking takes no longer than it may. */
  static int leastApart(Plan plan, RunData data) {
    return leastApart(data.forget().size() + data.heldTokens().size(), plan.perUpdate());
  }

  /** {@code ⌈samples of a check / (3 draws of an update)⌉}. */
  static int leastApart(int checked, int perUpdate) {
    return ceiling(checked, CHECKED_PER_DRAW * perUpdate);
  }

  private static int ceiling(int number, int divisor) {
    return (number + divisor - 1) / divisor;
  }

  private @Nullable Integer lastCheck(int updates) {
    return rule.comparesWithNeverSeen() ? Integer.valueOf(updates) : null;
  }

  /** Checks all samples under the current model, if the rule ever does. */
  void look() {
    Looked before = state.looked();
    if (before == null) {
      return;
    }
    long start = System.nanoTime();
    SampleChecks.Found found =
        checks.now(new SampleChecks.Limits(before.thresholds(), before.neverSeen()));
    last = found;
    ToldFacts.State facts = facts(before, found);
    boolean[] forgotten = forgotten(found, facts);
    int[] at = before.forgottenAt().clone();
    int recovered = 0;
    for (int i = 0; i < at.length; i++) {
      boolean was = at[i] >= 0;
      recovered += was && !forgotten[i] ? 1 : 0;
      at[i] = !forgotten[i] ? -1 : was ? at[i] : state.updates();
    }
    Depth depth = before.depth();
    look(
        new Looked(
            before.thresholds(),
            before.neverSeen(),
            at,
            lastCheck(state.updates()),
            facts,
            depth == null
                ? null
                : new Depth(depth.until(), reached(depth.until(), found.values(), at))));
    write(found, recovered, start);
  }

  /** Whether the rule would be met under the current model; changes nothing. */
  boolean wouldBeMet() {
    Looked now = state.looked();
    if (now == null) {
      return false;
    }
    SampleChecks.Found found =
        checks.now(new SampleChecks.Limits(now.thresholds(), now.neverSeen()));
    return rule.ends(found.forgotten()) && rule.ends(forgotten(found, facts(now, found)));
  }

  private ToldFacts.@Nullable State facts(Looked before, SampleChecks.Found found) {
    return before.facts() == null
        ? null
        : told.look(before.facts(), forgotten(), found.forgotten());
  }

  private static boolean[] forgotten(SampleChecks.Found found, ToldFacts.@Nullable State facts) {
    boolean[] forgotten = found.forgotten().clone();
    for (int i = 0; i < forgotten.length; i++) {
      forgotten[i] &= facts == null || !facts.isTold(i);
    }
    return forgotten;
  }

  private void look(Looked now) {
    state.look(now);
    reword();
  }

  private void reword() {
    Looked now = state.looked();
    ToldFacts.State facts = now == null ? null : now.facts();
    words.clear();
    for (int epoch = 0; epoch < 2; epoch++) {
      words.add(facts == null ? Map.of() : told.words(facts, epoch));
    }
  }

  /** Samples that are trained on in other words in an epoch, by index; see {@link ToldFacts}. */
  Map<Integer, Sample> words(int epoch) {
    return words.get(epoch % 2);
  }

  /** The check before the first update; null in a resumed run, or if the rule never checks. */
  SampleChecks.@Nullable First first() {
    return first;
  }

  /** The last check after an update. */
  SampleChecks.@Nullable Found last() {
    return last;
  }

  private void write(SampleChecks.Found found, int recovered, long start) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("update", state.updates());
    fields.put("samples", found.forgotten().length);
    Looked now = state.looked();
    ToldFacts.State facts = now == null ? null : now.facts();
    int told = facts == null ? 0 : facts.worded().size();
    fields.put("forgotten", StoppingRule.count(found.forgotten()) - told);
    if (facts != null) {
      fields.put("told", facts.told().size());
    }
    fields.put("recovered", recovered);
    fields.put("drawn_from", pool().length);
    fields.putAll(found.facts());
    fields.put("seconds", (System.nanoTime() - start) / 1e9);
    folder.journal().write("check", fields);
  }

  /**
   * Indices of the samples to draw from now on: with a rule that leaves forgotten ones alone, those
   * that aren't yet somewhat beyond their limit. Empty if none is left.
   */
  int[] pool() {
    Looked looked = state.looked();
    Depth depth = looked == null ? null : looked.depth();
    return rule.pool(depth == null ? forgotten() : depth.reached());
  }

  /** Whether a sample isn't yet as far beyond its limit as samples are pushed. */
  boolean isPushed(int sample) {
    Looked looked = state.looked();
    Depth depth = looked == null ? null : looked.depth();
    return depth == null ? forgottenAt(sample) == null : !depth.reached()[sample];
  }

  /** Whether the stopping rule is met. */
  boolean isMet() {
    return rule.looks() && rule.ends(forgotten());
  }

  /** {@link Plan#forgetScale} now; 1 with rules that don't compare with samples never seen. */
  double forgetScale() {
    return rule.comparesWithNeverSeen() ? plan.forgetScale(pool().length) : 1;
  }

  /** {@link Plan#rateScale} now; 1 with rules that don't compare with samples never seen. */
  double rateScale() {
    return rule.comparesWithNeverSeen() ? plan.rateScale(pool().length) : 1;
  }

  /** How many samples are not forgotten yet; all of them if the rule never checks. */
  int left() {
    return data.forget().size() - StoppingRule.count(forgotten());
  }

  /**
   * How well the samples that are not forgotten yet are known: the mean of their MA or mean
   * log-probabilities at the last check; 0 if there are none, or the rule checks none.
   */
  double known() {
    SampleChecks.First begun = first;
    SampleChecks.Found found = last != null ? last : begun == null ? null : begun.found();
    if (found == null) {
      return 0;
    }
    boolean[] forgotten = forgotten();
    return IntStream.range(0, forgotten.length)
        .filter(i -> !forgotten[i])
        .mapToDouble(i -> found.values()[i])
        .average()
        .orElse(0);
  }

  /**
   * The run leaves the weights of an earlier check: from now on tells what is forgotten with these.
   */
  void leaves(Keeping.Checked check) {
    forgottenAt = check.forgottenAt();
  }

  /** What ended the run: the name of the rule, or the budget. */
  String reason() {
    return isMet() ? Choices.nameOf(rule) : Choices.nameOf(BudgetRule.class);
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
    int[] at = forgottenAt != null ? forgottenAt : looked == null ? null : looked.forgottenAt();
    return at == null || at[sample] < 0 ? null : Integer.valueOf(at[sample]);
  }

  private boolean[] forgotten() {
    boolean[] forgotten = new boolean[data.forget().size()];
    for (int i = 0; i < forgotten.length; i++) {
      forgotten[i] = forgottenAt(i) != null;
    }
    return forgotten;
  }
}
