package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.model.group.WorkerGroup;
import io.engram.model.train.GradientRule;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.order.SampleOrder;
import io.engram.unlearn.recipe.Recipe;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Algorithm 2: unlearning with an order of samples. Measures the samples' difficulty, draws an
 * epoch by it, updates the model one batch at a time, checks which samples are forgotten, measures
 * difficulty again every m epochs, and stops when the constraints of Eq. 2 are met or the budget is
 * spent.
 *
 * <p>Method, order and optimizer come from the recipe. The {@link Course} decides where difficulty
 * comes from, what is checked and what is recorded; a run ({@link Experiment}) and a study each
 * have their own.
 *
 * <p><b>Source:</b> Alg. 2, Eq. 2, section 3.4. <b>Differs:</b> an epoch draws as many times as the
 * forget set has samples. With the uniform order this is plain unlearning, without Alg. 2's MRD.
 */
public final class UnlearningLoop {
  private final UnlearningMethod method;
  private final SampleOrder order;
  private final OptimizerSettings optimizer;
  private final double samRho;
  private final long seed;
  private final Plan plan;
  private final Trainer trainer;
  private final Course course;
  private int made;

  /**
   * Prepares the loop for the model in a trainer.
   *
   * @param order the recipe's order, or a study's own
   * @param made updates already made, if a run is resumed
   */
  public UnlearningLoop(
      Recipe recipe, SampleOrder order, Plan plan, Trainer trainer, Course course, int made) {
    this.method = recipe.method();
    this.order = order;
    this.optimizer = recipe.optimizer().settings();
    this.samRho = recipe.optimizer().samRho();
    this.seed = recipe.seed();
    this.plan = plan;
    this.trainer = trainer;
    this.course = course;
    this.made = made;
  }

  /** What happens around the updates. */
  public interface Course {
    /**
     * The weights by which the order draws: from difficulty measured before the first epoch and
     * again every m epochs, or from the samples' losses; empty if all samples count the same.
     */
    default double[] weights(int epoch) {
      return new double[0];
    }

    /** Indices of the samples that the stopping rule still wants drawn. */
    int[] pool();

    /** Whether the stopping rule is met. */
    boolean hasEnded();

    /**
     * Builds the batch of an update.
     *
     * @param samples drawn forget samples; empty if all are forgotten and the update only serves
     *     the samples to keep
     * @param firstDraw number of the first draw within the epoch
     * @param draws number of draws, and of samples to keep
     */
    Batch batch(int epoch, int[] samples, int firstDraw, int draws);

    /** The learning rate of an update, given that of the optimizer's schedule. */
    default double rate(int update, double scheduled) {
      return scheduled;
    }

    /** Counts and records an update. */
    void made(Update update);

    /** The exception to throw when the model has diverged and an update can't be made. */
    default EngramException diverged(int update, String what, int[] samples) {
      return EngramException.usage(what);
    }

    /** Called when an epoch's updates begin, or continue with other samples. */
    default void begins(int update, int epoch) {}

    /** Whether the stopping rule checks the samples after this many updates. */
    default boolean looksAfter(int updates) {
      return false;
    }

    /** Checks which samples are forgotten now. */
    default void look() {}

    /** Called when updates pause: for a check, at the end of an epoch, or to stop. */
    default void pauses() {}

    /** Whether enough was done since the last time to save the state at the end of an epoch. */
    default boolean isWorthSaving() {
      return true;
    }

    /** Saves the state, so that a run can be resumed from here. */
    default void save() {}

    /**
     * Called when another worker was lost during an update that wasn't made: weights and optimizer
     * state are those before it.
     */
    default void isLost() {}

    /**
     * Called at the end of each epoch, the last included.
     *
     * @param epochs completed so far
     */
    default void epochEnded(int epochs) {}

    /** Whether the loop has been asked to stop. */
    default boolean isInterrupted() {
      return false;
    }
  }

  /**
   * The sequences of an update with their losses.
   *
   * @param sequences forget part, then retain part
   * @param forgotten how many of them belong to the forget part
   * @param drawn for each draw the index of its sequence: a sample that is drawn several times is
   *     one sequence, whose loss counts as often
   */
  public record Batch(List<TrainingSequence> sequences, int forgotten, int[] drawn) {
    /** With a sequence for each draw. */
    public Batch(List<TrainingSequence> sequences, int forgotten) {
      this(sequences, forgotten, IntStream.range(0, forgotten).toArray());
    }

    /** The part of each draw in the losses of the forget sequences. */
    double[] ofDraws(double[] losses) {
      int[] times = new int[forgotten];
      for (int sequence : drawn) {
        times[sequence]++;
      }
      return Arrays.stream(drawn).mapToDouble(k -> losses[k] / times[k]).toArray();
    }

    List<TrainingSequence> forget() {
      return sequences.subList(0, forgotten);
    }

    List<TrainingSequence> retain() {
      return sequences.subList(forgotten, sequences.size());
    }
  }

  /**
   * A completed update.
   *
   * @param number from 1
   * @param epoch from 0
   * @param samples drawn forget samples
   * @param losses their parts of the forget loss; empty if it wasn't computed
   * @param forgetLoss forget loss before the update, in nats as the method defines it
   * @param retainLoss retain loss before the update
   * @param gradientNorm norm of the whole gradient, before clipping
   * @param learningRate learning rate of the update
   * @param seconds time it took
   */
  public record Update(
      int number,
      int epoch,
      int[] samples,
      double[] losses,
      double forgetLoss,
      double retainLoss,
      double gradientNorm,
      double learningRate,
      double seconds) {}

  /** Makes the remaining updates. Returns false if it was interrupted before the end. */
  public boolean run() {
    int @Nullable [] drawn = null;
    while (made < plan.updates() && !course.hasEnded()) {
      int epoch = plan.epoch(made);
      if (drawn == null) {
        drawn = draw(epoch);
        course.begins(made, epoch);
      }
      course.made(updated(epoch, samples(drawn)));
      made++;
      boolean epochEnds = made == plan.updates() || plan.startsEpoch(made);
      boolean looks = course.looksAfter(made);
      boolean interrupted = course.isInterrupted();
      if (epochEnds || looks || interrupted) {
        course.pauses();
        if (looks) {
          course.look();
        }
        // First, so that a run that is killed while it evaluates repeats the epoch and evaluates.
        if (epochEnds && !course.hasEnded()) {
          course.epochEnded(epoch + 1);
        }
        boolean last = interrupted || course.hasEnded() || made == plan.updates();
        if (last || (epochEnds && course.isWorthSaving())) {
          course.save();
        }
      }
      if (epochEnds || looks) {
        drawn = null;
      }
      if (interrupted && made < plan.updates() && !course.hasEnded()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Makes an update. If a worker is lost meanwhile, the state before it can be saved, unless the
   * update had begun to change it.
   */
  private Update updated(int epoch, int[] samples) {
    try {
      return update(epoch, samples);
    } catch (WorkerGroup.Lost e) {
      if (trainer.isWhole()) {
        course.isLost();
      }
      throw e;
    }
  }

  /** Draws an epoch; empty if there is nothing left to forget. */
  private int[] draw(int epoch) {
    double[] weights = course.weights(epoch);
    int[] pool = course.pool();
    return pool.length == 0 ? pool : order.epoch(epoch, pool, plan.samples(), seed, weights);
  }

  /** The forget samples of the next update. */
  private int[] samples(int[] drawn) {
    return drawn.length == 0 ? drawn : Arrays.copyOfRange(drawn, plan.from(made), plan.to(made));
  }

  /**
   * Makes one optimizer step on the forget loss of these samples and the retain loss of as many
   * others.
   */
  private Update update(int epoch, int[] samples) {
    long start = System.nanoTime();
    int firstDraw = plan.from(made);
    Batch batch = course.batch(epoch, samples, firstDraw, plan.to(made) - firstDraw);
    double[] losses = accumulate(batch);
    double forget = Arrays.stream(losses, 0, batch.forgotten()).sum();
    double retain = Arrays.stream(losses, batch.forgotten(), losses.length).sum();
    for (double loss : losses) {
      if (!Double.isFinite(loss)) {
        throw course.diverged(
            made,
            "Update %d: a loss is %s; training has diverged. The update was not applied."
                .formatted(made + 1, loss),
            samples);
      }
    }
    double rate = course.rate(made, optimizer.learningRate(made, plan.updates()));
    double norm = step(rate, batch, retain, samples);
    return new Update(
        made + 1,
        epoch,
        samples,
        batch.ofDraws(losses),
        forget,
        retain,
        norm,
        rate * trainer.stretch(),
        (System.nanoTime() - start) / 1e9);
  }

  /** The gradient of both parts: their sum, or combined as the method defines. */
  private double[] accumulate(Batch batch) {
    GradientRule rule = method.gradientRule();
    if (rule == null && samRho == 0) {
      return trainer.accumulateLast(batch.sequences());
    }
    double[] forget = trainer.accumulateLast(batch.forget());
    if (samRho > 0) {
      trainer.sharpen(samRho, batch.forget());
    }
    if (rule != null) {
      trainer.setAside();
    }
    double[] retain = trainer.accumulateLast(batch.retain());
    if (rule != null) {
      trainer.combine(rule);
    }
    return DoubleStream.concat(Arrays.stream(forget), Arrays.stream(retain)).toArray();
  }

  private double step(double rate, Batch batch, double retainLoss, int[] samples) {
    int every = method.fitUpdates();
    boolean fits = every > 0 && made % every == 0;
    try {
      return fits ? trainer.fittedUpdate(rate, batch.retain(), retainLoss) : trainer.update(rate);
    } catch (EngramException e) {
      throw course.diverged(made, String.valueOf(e.getMessage()), samples);
    }
  }
}
