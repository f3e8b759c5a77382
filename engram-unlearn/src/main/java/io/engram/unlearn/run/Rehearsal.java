package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Trainer;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.difficulty.RehearsedUpdates;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import io.engram.unlearn.eval.memorization.NeverSeen;
import io.engram.unlearn.order.SampleOrder;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeSettings;
import io.engram.unlearn.recipe.RecipeWriter;
import io.engram.unlearn.stop.StoppingRule;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Rehearses a run: the recipe itself with steps up to F times as long, so that it takes about a
 * F-th of the updates, and then sets the weights back. The sum of the rates until a sample is
 * forgotten, over the run's rate, forecasts the updates that it needs in a run at that rate
 * throughout; the loss on samples to keep shows what else would suffer.
 *
 * <p>A sample that is forgotten between two checks is placed between them where the last of its
 * measures passed its limit, on a straight line (MA where the rule is of EL and MA). The rehearsal
 * draws in uniform order if the recipe's order needs difficulty.
 *
 * <p><b>Source:</b> ours; docs/forget.md has what it was measured against.
 */
public final class Rehearsal {
  /** The least share of its way that a sample must have gone for its speed to say anything. */
  private static final double SLOWEST = 0.2;

  private final Recipe recipe;
  private final Setup setup;
  private final LanguageModel model;
  private final RunData data;
  private final SampleChecks checks;
  private final SampleChecks.First first;
  private final List<TokenizedSample> kept;
  private final double[] keptBefore;
  private final List<double[]> before;
  private final boolean checkpointed;

  /**
   * Prepares rehearsals of a recipe from the model's present weights.
   *
   * @param keptSamples how many of the retain samples that measure to look at; fewer is faster
   */
  Rehearsal(Recipe recipe, Setup setup, LanguageModel model, RunData data, int keptSamples) {
    this(recipe, setup, model, data, keptSamples, 0);
  }

  /**
   * The same with another standard.
   *
   * @param until mean loss at which a sample counts as forgotten, nats a token; 0: the recipe's
   *     stopping rule decides
   */
  private Rehearsal(
      Recipe recipe,
      Setup setup,
      LanguageModel model,
      RunData data,
      int keptSamples,
      double until) {
    this.recipe = recipe;
    this.setup = setup;
    this.model = model;
    this.data = data.withWritten(recipe, model, setup.progress());
    this.checks = new SampleChecks(recipe, model, data, ProgressListener.NONE, WorkerGroup.ALONE);
    SampleChecks shown =
        new SampleChecks(recipe, model, this.data, setup.progress(), WorkerGroup.ALONE);
    this.first = until == 0 ? shown.first() : shown.firstBelow(until);
    this.kept = data.heldTokens().subList(0, Math.min(keptSamples, data.heldTokens().size()));
    this.keptBefore = keptLosses();
    this.checkpointed = RunMemory.ofOpen(recipe, setup).mustCheckpoint(data, WorkerGroup.ALONE);
    this.before = new Scorer(model).logProbs(data.forgetTokens(), ProgressListener.NONE);
  }

  /**
   * What a rehearsal found.
   *
   * @param rate learning rate of the run that was rehearsed; NaN: none was found
   * @param updates forecast of the updates at that rate after which each sample is forgotten: the
   *     sum of the rehearsal's rates until then over it; where it wasn't, extended at the speed it
   *     had; NaN if it hardly moved; 0 if it is known no better than samples never seen to begin
   *     with
   * @param forgotten how many samples were forgotten
   * @param keepRise by how much the loss of each kept sample rose, nats a token
   * @param made updates of the rehearsal
   * @param progress mean over the samples of how far each came, 0 at the start and 1 at its limit
   * @param diverged whether the loss ran away
   * @param times what its parts took
   */
  public record Outcome(
      double rate,
      double[] updates,
      int forgotten,
      double[] keepRise,
      int made,
      double progress,
      boolean diverged,
      Times times) {
    /** Mean rise of the loss on kept samples, nats a token. */
    public double meanKeepRise() {
      return Arrays.stream(keepRise).average().orElse(Double.NaN);
    }
  }

  /**
   * Seconds that parts of a run take.
   *
   * @param update mean of an update
   * @param check mean of a check of all samples
   * @param kept of the loss on the samples to keep that the rehearsal looks at
   */
  public record Times(double update, double check, double kept) {}

  /** The learning rates of a rehearsal. */
  interface Pace {
    /** Of an update, counted from 0. */
    double rate(int update);

    /** Of the run that is rehearsed; NaN: not found yet. */
    double runRate();

    /**
     * Told after each check.
     *
     * @param made updates so far
     * @param progress how far the samples came on average, 0 at the start and 1 at their limits
     * @param distance sum of the rates so far
     */
    default void checked(int made, double progress, double distance) {}

    /** Whether nothing is to be found any more. */
    default boolean gaveUp() {
      return false;
    }

    /** Steps F times as long as the run's. */
    static Pace constant(double runRate, double factor) {
      return of(runRate, update -> runRate * factor);
    }

    /** Steps as long as the run's at first, doubling to F times as long: closer to the run. */
    static Pace rising(double runRate, double factor) {
      return of(runRate, update -> runRate * Math.min(factor, Math.pow(2, update)));
    }

    private static Pace of(double runRate, IntToDoubleFunction rate) {
      return new Pace() {
        @Override
        public double rate(int update) {
          return rate.applyAsDouble(update);
        }

        @Override
        public double runRate() {
          return runRate;
        }
      };
    }
  }

  /**
   * A recipe's run for the score {@code rehearsal}.
   *
   * @param samples the samples to forget
   */
  public static RehearsedUpdates.Run of(
      Recipe recipe, Setup setup, LanguageModel model, List<Sample> samples) {
    // Most scores never ask for it, and a retain set takes long to read.
    return (factor, until) -> {
      RunData data = RunData.of(recipe, samples, model.samples());
      Recipe settled = OtherWords.settled(recipe, model, data);
      return found(settled, setup, model, data, factor, until);
    };
  }

  /** A forecast may be too high by a third, so the rehearsal goes on for twice the run's length. */
  private static RehearsedUpdates.Found found(
      Recipe recipe, Setup setup, LanguageModel model, RunData data, double factor, double until) {
    boolean byLoss = until > 0 || !recipe.stop().looks();
    double limit = byLoss ? (until > 0 ? until : RehearsedUpdates.MEAN_LOSS) : 0;
    Rehearsal rehearsal = new Rehearsal(recipe, setup, model, data, 0, limit);
    Plan plan = Plan.of(data.forget().size(), recipe.budget());
    int most = (int) Math.max(1, Math.ceil(2 * plan.updates() / factor));
    double rate = recipe.optimizer().learningRate();
    Outcome outcome =
        rehearsal.run(Pace.constant(rate, factor), most, Forecast.checkEvery(data, plan));
    return new RehearsedUpdates.Found(
        outcome.updates(),
        outcome.forgotten(),
        outcome.made(),
        factor * outcome.made() / SLOWEST,
        limit,
        outcome.diverged() || Double.isNaN(outcome.progress()));
  }

  /** The check before the first update. */
  SampleChecks.First first() {
    return first;
  }

  /** Loss of each kept sample before the first update, nats a token. */
  double[] keptBefore() {
    return keptBefore.clone();
  }

  /**
   * The same recipe with other values of some keys.
   *
   * @param overrides {@code key=value}
   */
  static Recipe changed(Recipe recipe, String... overrides) {
    return RecipeReader.parse(
        RecipeWriter.yaml(recipe), List.of(overrides), recipe.kind(), "the rehearsal");
  }

  /**
   * Rehearses until all samples are forgotten, then sets the weights back.
   *
   * @param updates of the rehearsal, at most
   * @param every updates between checks
   */
  Outcome run(Pace pace, int updates, int every) {
    Recipe own =
        changed(
            recipe,
            "optimizer.learning_rate=" + pace.rate(0),
            "budget.epochs=null",
            "budget.updates=" + updates,
            "optimizer.schedule=constant",
            "optimizer.warmup_updates=0");
    Plan plan = Plan.of(data.forget().size(), own.budget());
    boolean diverged = false;
    Course course;
    try (WeightSnapshot start = new WeightSnapshot(model, own.scope().training())) {
      try (StartingPoint point = new StartingPoint(own, setup, model, data, plan);
          Trainer trainer =
              RecipeSettings.trainer(
                  model, own, point.scope(model), checkpointed, WorkerGroup.ALONE)) {
        Batches batches = point.batches(model, before);
        course = new Course(batches, plan, pace, every);
        // Weights need what a rehearsal doesn't have; uniform order takes about as long.
        SampleOrder order =
            own.order() instanceof UniformOrder uniform
                ? uniform
                : new UniformOrder(false, own.order().pair());
        setup.progress().start("rehearsal, at most", plan.updates(), "updates");
        try {
          new UnlearningLoop(own, order, plan, trainer, course, 0).run();
        } catch (EngramException e) {
          if (e.kind() != EngramException.Kind.USAGE) {
            throw e;
          }
          diverged = true;
        } finally {
          setup.progress().finish();
        }
        return course.outcome(diverged);
      } finally {
        start.restore();
      }
    }
  }

  private static double secondsSince(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Mean −ℓ of each kept sample, nats a token. */
  private double[] keptLosses() {
    return new Scorer(model)
        .logProbs(kept, ProgressListener.NONE).stream()
            .mapToDouble(own -> -Arrays.stream(own).average().orElse(Double.NaN))
            .toArray();
  }

  /** How far a sample came: 0 at its start, 1 at its limit and below. */
  static double progress(double start, double now, double limit) {
    return start <= limit ? 1 : Math.min(1, Math.max(0, (start - now) / (start - limit)));
  }

  /**
   * Where between two checks a sample passed its limit, in (0, 1]; 1 if it had passed it before and
   * was held back by another measure.
   */
  static double passed(double before, double now, double limit) {
    return before > limit && now < before ? Math.min(1, (before - limit) / (before - now)) : 1;
  }

  /** Where between two checks the last of a sample's measures passed its limit, in (0, 1]. */
  private double passed(int sample, SampleChecks.Found before, SampleChecks.Found now) {
    NeverSeen range = first.limits().neverSeen();
    if (range == null) {
      double limit = SampleChecks.limit(first.limits(), sample);
      return passed(before.values()[sample], now.values()[sample], limit);
    }
    Knowledge was = before.known().get(sample);
    Knowledge is = now.known().get(sample);
    double latest = 0;
    for (Measure measure : Measure.values()) {
      double limit = range.limit(measure, sample, is.tokens());
      if (measure.of(was) > limit) {
        latest = Math.max(latest, passed(measure.of(was), measure.of(is), limit));
      }
    }
    return latest > 0 ? latest : 1;
  }

  /** How far the measure of a sample came that has the furthest to go. */
  private double progress(int sample, SampleChecks.Found start, SampleChecks.Found now) {
    NeverSeen range = first.limits().neverSeen();
    if (range == null) {
      double limit = SampleChecks.limit(first.limits(), sample);
      return progress(start.values()[sample], now.values()[sample], limit);
    }
    Knowledge was = start.known().get(sample);
    Knowledge is = now.known().get(sample);
    double least = 1;
    for (Measure measure : Measure.values()) {
      double limit = range.limit(measure, sample, is.tokens());
      least = Math.min(least, progress(measure.of(was), measure.of(is), limit));
    }
    return least;
  }

  private final class Course implements UnlearningLoop.Course {
    private final Batches batches;
    private final Plan plan;
    private final Pace pace;
    private final int every;
    private final StoppingRule rule = recipe.stop();

    /** Sum of the rates until each sample was forgotten; NaN: it isn't. */
    private final double[] distances = new double[data.forget().size()];

    private SampleChecks.Found last = first.found();
    private boolean[] forgotten;
    private int made;
    private double updateSeconds;
    private int looked;
    private double lookSeconds;
    private double distance;
    private double distanceChecked;

    Course(Batches batches, Plan plan, Pace pace, int every) {
      this.batches = batches;
      this.plan = plan;
      this.pace = pace;
      this.every = every;
      boolean skips = first.limits().neverSeen() != null;
      forgotten = skips ? first.found().forgotten().clone() : new boolean[distances.length];
      Arrays.setAll(distances, i -> forgotten[i] ? 0 : Double.NaN);
    }

    @Override
    public int[] pool() {
      return rule.pool(forgotten);
    }

    @Override
    public boolean hasEnded() {
      boolean ends =
          rule.looks() ? rule.ends(forgotten) : StoppingRule.count(forgotten) == forgotten.length;
      return ends || pace.gaveUp();
    }

    @Override
    public UnlearningLoop.Batch batch(int epoch, int[] samples, int firstDraw, int draws) {
      double forgetScale = rule.comparesWithNeverSeen() ? plan.forgetScale(pool().length) : 1;
      return batches.of(epoch, samples, firstDraw, draws, forgetScale, 1, Batches.Weighting.NONE);
    }

    @Override
    public double rate(int update, double scheduled) {
      double scale = rule.comparesWithNeverSeen() ? plan.rateScale(pool().length) : 1;
      return scale * pace.rate(update);
    }

    @Override
    public void made(UnlearningLoop.Update update) {
      distance += pace.rate(made);
      made++;
      updateSeconds += update.seconds();
      setup.progress().advance(1);
    }

    @Override
    public boolean looksAfter(int updates) {
      return updates % every == 0 || updates == plan.updates();
    }

    @Override
    public void look() {
      long begun = System.nanoTime();
      SampleChecks.Found found = checks.now(first.limits());
      looked++;
      lookSeconds += secondsSince(begun);
      for (int i = 0; i < forgotten.length; i++) {
        boolean is = found.forgotten()[i];
        if (is && !forgotten[i]) {
          double share = passed(i, last, found);
          distances[i] = distanceChecked + share * (distance - distanceChecked);
        } else if (!is) {
          distances[i] = Double.NaN;
        }
      }
      forgotten = found.forgotten();
      last = found;
      distanceChecked = distance;
      pace.checked(made, meanProgress(), distance);
    }

    /** Over the samples that were not forgotten to begin with; 1 if there are none. */
    private double meanProgress() {
      double sum = 0;
      int count = 0;
      for (int i = 0; i < forgotten.length; i++) {
        if (!first.found().forgotten()[i]) {
          double limit = SampleChecks.limit(first.limits(), i);
          sum += forgotten[i] ? 1 : progress(first.found().values()[i], last.values()[i], limit);
          count++;
        }
      }
      return count == 0 ? 1 : sum / count;
    }

    /** The distance that a sample would need at the speed it had. */
    private double extended(int sample) {
      double way = progress(sample, first.found(), last);
      return way < SLOWEST ? Double.NaN : Math.max(distance, distance / way);
    }

    Outcome outcome(boolean diverged) {
      long begun = System.nanoTime();
      double[] now = made == 0 ? keptBefore : keptLosses();
      double keptSeconds = secondsSince(begun);
      double[] rise = new double[now.length];
      for (int i = 0; i < rise.length; i++) {
        rise[i] = now[i] - keptBefore[i];
      }
      double[] updates = new double[distances.length];
      Arrays.setAll(updates, i -> (forgotten[i] ? distances[i] : extended(i)) / pace.runRate());
      return new Outcome(
          pace.runRate(),
          updates,
          StoppingRule.count(forgotten),
          rise,
          made,
          meanProgress(),
          diverged,
          new Times(
              updateSeconds / Math.max(1, made), lookSeconds / Math.max(1, looked), keptSeconds));
    }
  }
}
