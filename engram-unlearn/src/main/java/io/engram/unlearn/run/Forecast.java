package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.run.ForgetPlan;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.OptimizerSettings;
import io.engram.unlearn.recipe.Recipe;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a run of a recipe will take, before it changes anything: the learning rate where the recipe
 * leaves it open, the updates until each sample is forgotten, the time and memory, and the samples
 * to keep that are at risk.
 *
 * <p>One {@link Rehearsal} finds it all. Where the rate is open, its steps grow until it is found
 * ({@link RateSearch}) and are F times as long as the run's from there on; where it is set, they
 * double from the run's to F times as long. How far a sample has to be pushed, the sum of the rates
 * until it is forgotten, hardly depends on the length of the steps.
 *
 * @param recipe the recipe with its learning rate
 * @param searched whether the rate was found here
 * @param ids ids of the samples to forget
 * @param updates forecast of the updates after which each sample is forgotten; NaN: not within the
 *     budget; 0: it is known no better than samples never seen to begin with
 * @param low lower end of the interval of the updates until all are forgotten
 * @param median forecast of that number; NaN if a sample isn't forgotten within the budget
 * @param high upper end
 * @param budgetUpdates updates after which the run ends in any case
 * @param keepIds ids of the kept samples looked at
 * @param keepBefore their loss before the run, nats a token
 * @param keepAfter forecast of their loss after it
 * @param secondsPerUpdate time of an update with its share of the checks and checkpoints
 * @param peakBytes memory at the most
 * @param seconds time that the forecast took
 * @param factor F
 * @param rehearsal what it is taken from
 */
public record Forecast(
    Recipe recipe,
    boolean searched,
    List<String> ids,
    double[] updates,
    double low,
    double median,
    double high,
    int budgetUpdates,
    List<String> keepIds,
    double[] keepBefore,
    double[] keepAfter,
    double secondsPerUpdate,
    long peakBytes,
    double seconds,
    double factor,
    Rehearsal.Outcome rehearsal) {
  /** Kept samples that a rehearsal looks at. */
  private static final int KEPT = 16;

  /** Updates that a rehearsal with steps F times as long should take, at least an epoch. */
  private static final int REHEARSED = 8;

  /** How many updates a run should take, in epochs, and the least and most of them. */
  private static final int EPOCHS = 16;

  private static final int LEAST_UPDATES = 40;
  private static final int MOST_UPDATES = 260;

  /** The same where an update draws all samples. */
  private static final int UPDATES_OF_ONE_BATCH = 20;

  /** A budget is this much longer than the forecast. */
  private static final double RESERVE = 2;

  private static final double LAST = 0.9;

  /** How often a request is asked, in checks: all at every fourth, some more often. */
  private static final double ASKED = 0.5;

  /** Share of the time that checkpoints take. */
  private static final double SAVING = 1.0 / RunCourse.WORK_PER_SAVING;

  /** Half-width of the interval of the updates until all are forgotten, as a ratio. */
  private static final double INTERVAL = 1.5;

  /**
   * Makes the forecast of a recipe; the model's weights are the same afterwards. Its time doesn't
   * count asking ({@code stop.answers}).
   *
   * @param recipe one whose stopping rule checks samples; a learning rate of 0 is searched
   * @param model the recipe's model
   * @throws EngramException if the rule checks no samples or no rate forgets
   */
  public static Forecast of(Recipe recipe, Setup setup, LanguageModel model) {
    return of(recipe, setup, model, 0);
  }

  /**
   * The same.
   *
   * @param asking seconds that it takes to ask the model about all samples
   */
  public static Forecast of(Recipe given, Setup setup, LanguageModel model, double asking) {
    if (!given.stop().looks()) {
      throw EngramException.usage(
          "stop.rule = budget: never checks a sample, so there is nothing to forecast but the budget.\nSet stop.rule to controls, retrained, per_sample or el_ma.");
    }
    long begun = System.nanoTime();
    RunData data = RunData.load(given, model.samples());
    Recipe recipe = OtherWords.settled(given, model, data);
    boolean open = recipe.isRateOpen();
    boolean ownBudget =
        !open || recipe.budget().updates() != null || recipe.budget().epochs() != null;
    Rehearsal rehearsal = new Rehearsal(recipe, setup, model, data, KEPT);
    Plan plan = Plan.of(data.forget().size(), recipe.budget());
    boolean oneBatch = plan.updatesPerEpoch() == 1;
    int every = checkEvery(data, plan);
    int updates = plan.updates();
    if (open) {
      updates = ownBudget ? within(plan) : wanted(plan);
    }
    double factor = Math.max(2, (double) updates / Math.max(REHEARSED, plan.updatesPerEpoch()));
    int most = (int) Math.ceil(RESERVE * updates / factor);
    Rehearsal.Outcome outcome;
    if (open) {
      RateSearch search = new RateSearch(updates, plan.updatesPerEpoch(), factor);
      outcome = rehearsal.run(search, RateSearch.MOST_UPDATES + most, every);
      search.requireRate(outcome);
    } else {
      double rate = recipe.optimizer().learningRate();
      outcome = rehearsal.run(Rehearsal.Pace.rising(rate, factor), most, every);
    }
    Recipe found =
        open ? Rehearsal.changed(recipe, "optimizer.learning_rate=" + outcome.rate()) : recipe;
    int budget =
        ownBudget
            ? plan.updates()
            : budget(found.optimizer().settings(), last(outcome.updates(), oneBatch));
    OptimizerSettings optimizer = found.optimizer().settings();
    double[] each =
        Arrays.stream(outcome.updates()).map(d -> updatesFor(d, optimizer, budget)).toArray();
    double last = last(each, oneBatch);
    double[] before = rehearsal.keptBefore();
    double[] after = before.clone();
    Arrays.setAll(after, i -> before[i] + keepShrink(factor) * outcome.keepRise()[i]);
    MemoryNeed need = RunMemory.of(found, setup).need();
    return new Forecast(
        ownBudget
            ? found
            : Rehearsal.changed(found, "budget.epochs=null", "budget.updates=" + budget),
        open,
        data.forget().stream().map(Sample::id).toList(),
        each,
        last / INTERVAL,
        last,
        last * INTERVAL,
        budget,
        data.heldTokens().stream().limit(before.length).map(TokenizedSample::id).toList(),
        before,
        after,
        secondsPerUpdate(found, data, outcome.times(), before.length, asking),
        need.total(),
        (System.nanoTime() - begun) / 1e9,
        factor,
        outcome);
  }

  /**
   * Time of an update with its share of the checks, of the loss on all samples to keep that
   * measure, of asking, and of checkpoints.
   *
   * @param times what a rehearsal found
   * @param kept how many samples to keep it looked at
   * @param asking time to ask about all samples
   */
  private static double secondsPerUpdate(
      Recipe recipe, RunData data, Rehearsal.Times times, int kept, double asking) {
    int samples = data.forget().size();
    int apart = Stopping.apart(recipe.stop(), Plan.of(samples, recipe.budget()), data, samples);
    double looked = times.kept() / Math.max(1, kept) * data.heldTokens().size();
    double asked = recipe.stop().answers() ? ASKED * asking : 0;
    return (1 + SAVING) * (times.update() + (times.check() + looked + asked) / apart);
  }

  /**
   * The number of updates until all samples are forgotten, of those that have to be: the last one's
   * where an update draws them all, otherwise the 90th percentile. The last ones of a larger set
   * are drawn more often once the others are forgotten, which a rehearsal's few checks see late.
   *
   * @param each of each sample; 0: there is nothing to forget; NaN: not forecast
   * @param oneBatch whether an update draws all samples
   * @return NaN if that sample has no forecast; 0 if there is nothing to forget
   */
  static double last(double[] each, boolean oneBatch) {
    double[] sorted =
        Arrays.stream(each)
            .filter(u -> u != 0)
            .map(u -> Double.isNaN(u) ? Double.MAX_VALUE : u)
            .sorted()
            .toArray();
    if (sorted.length == 0) {
      return 0;
    }
    double last = sorted[(int) Math.ceil((oneBatch ? 1 : LAST) * sorted.length) - 1];
    return last == Double.MAX_VALUE ? Double.NaN : last;
  }

  /** The retain samples that only measure what is kept. */
  public static List<Sample> measured(Recipe recipe, LanguageModel model) {
    return RunData.load(recipe, model.samples()).held();
  }

  /**
   * Updates that a run should take: sixteen epochs, at least 40 and at most 260; 20 where an update
   * draws all samples.
   */
  static int wanted(Plan plan) {
    return plan.updatesPerEpoch() == 1
        ? UPDATES_OF_ONE_BATCH
        : Math.max(LEAST_UPDATES, Math.min(MOST_UPDATES, EPOCHS * plan.updatesPerEpoch()));
  }

  /** The same with a budget that the user set: it leaves a reserve, too. */
  static int within(Plan plan) {
    return Math.max(1, Math.min(wanted(plan), (int) (plan.updates() / RESERVE)));
  }

  /** Updates between checks with which checking takes no longer than updating. */
  static int checkEvery(RunData data, Plan plan) {
    int checked = data.forget().size() + KEPT;
    int updated = 3 * 2 * plan.perUpdate();
    return Math.max(1, (checked + updated - 1) / updated);
  }

  /**
   * By what the rise of the keep loss in a rehearsal is multiplied to forecast that of the run:
   * {@code F^(−3/4)}. Longer steps harm more; the power is measured on the built-in model.
   */
  static double keepShrink(double factor) {
    return Math.pow(factor, -0.75);
  }

  /**
   * The number of updates whose rates add up to as much as {@code distance} updates at the peak
   * rate; NaN if a run of this length never gets there.
   */
  static double updatesFor(double distance, OptimizerSettings optimizer, int budget) {
    if (!(distance > 0)) {
      return distance;
    }
    double sum = 0;
    for (int update = 0; update < budget; update++) {
      double step = optimizer.learningRate(update, budget) / optimizer.learningRate();
      if (sum + step >= distance) {
        return update + (distance - sum) / step;
      }
      sum += step;
    }
    return Double.NaN;
  }

  /** A budget in which the last sample is forgotten half way, so that a run has a reserve. */
  private static int budget(OptimizerSettings optimizer, double last) {
    double distance = Double.isNaN(last) ? MOST_UPDATES : last;
    int budget = (int) Math.max(LEAST_UPDATES, Math.ceil(RESERVE * distance));
    while (!(updatesFor(distance, optimizer, budget) <= budget / RESERVE)) {
      budget++;
    }
    return budget;
  }

  /**
   * The forecast in the form of files.
   *
   * @param pricePerHour of the machine; null: no cost is given
   */
  public ForgetPlan plan(@Nullable Double pricePerHour) {
    double needed = Double.isNaN(median) ? budgetUpdates : median;
    double time = secondsPerUpdate * needed;
    double otherWords = recipe.method().otherWords();
    return new ForgetPlan(
        new ForgetPlan.Updates(finite(median), finite(low), finite(high)),
        budgetUpdates,
        recipe.optimizer().learningRate(),
        searched,
        otherWords < 1 ? Double.valueOf(otherWords) : null,
        time,
        peakBytes,
        pricePerHour == null ? null : Double.valueOf(time / 3600 * pricePerHour),
        IntStream.range(0, ids.size())
            .mapToObj(
                i -> new ForgetPlan.Planned(ids.get(i), finite(updates[i]), null, null, null, null))
            .toList(),
        byRisk().stream()
            .map(i -> new ForgetPlan.AtRisk(keepIds.get(i), keepBefore[i], keepAfter[i]))
            .toList(),
        new ForgetPlan.KeepLoss(keepBefore.length, mean(keepBefore), mean(keepAfter), null),
        new ForgetPlan.Rehearsed(List.of(factor), rehearsal.made(), seconds));
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? Double.valueOf(value) : null;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** Indices of the kept samples, the one whose loss rises most first. */
  private List<Integer> byRisk() {
    return IntStream.range(0, keepBefore.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> keepBefore[i] - keepAfter[i]))
        .toList();
  }
}
