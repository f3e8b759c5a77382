package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.settings.Choices;
import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.unlearn.method.UnlearningMethod;
import io.engram.unlearn.order.Draws;
import io.engram.unlearn.order.SampleOrder;
import io.engram.unlearn.order.SampleOrder.Apply;
import io.engram.unlearn.order.Standing;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.run.RunState.Looked;
import io.engram.unlearn.run.SampleChecks.Limits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How much each forget sample counts during a run: keeps what the order's weights follow from, the
 * samples' losses at their last passes, and turns the weights into draws or factors of the losses.
 * Its state is part of the run's, so a resumed run continues with the same weights.
 */
final class SampleWeights implements Batches.Weighting {
  private final SampleOrder order;
  private final long seed;
  private final RunData data;
  private final RunState state;
  private final Stopping stopping;
  private final MeasuredDifficulty difficulty;
  private final LanguageModel model;
  private final WorkerGroup group;
  private final double[] start;
  private final double[] nll;
  private final double[] loss;

  /** Mean losses seen in the update that is being made. */
  private final Map<Integer, Double> seen = new HashMap<>();

  /** {@link UnlearningMethod#share} of each sample at its last draw. */
  private final double[] shares;

  private double[] factors = {};
  private int drawnEpoch = -1;
  private double[] drawnBy = {};

  /**
   * The state that a resumed run needs.
   *
   * @param nll mean −ℓ_t of each sample at its last pass, nats a token
   * @param loss each sample's own mean forget loss at its last draw; 0 before the first
   * @param epoch the epoch that was drawn by {@code weights}; −1 if the next draws are new ones
   * @param weights the weights of the last draws, which a run that is resumed in the middle of them
   *     draws by again; empty if all counted the same
   */
  record State(double[] nll, double[] loss, int epoch, double[] weights) {
    /** Whether it is one of this number of samples. */
    boolean fits(int samples) {
      return nll.length == samples
          && loss.length == samples
          && (weights.length == 0 || weights.length == samples);
    }
  }

  /**
   * Starts, or continues from the state of a resumed run.
   *
   * @param before ℓ_t of each forget sample before the first update
   * @param group the workers among which an update's samples are divided
   */
  SampleWeights(
      Recipe recipe,
      RunData data,
      RunState state,
      Stopping stopping,
      MeasuredDifficulty difficulty,
      LanguageModel model,
      List<double[]> before,
      WorkerGroup group) {
    this.group = group;
    this.order = recipe.order();
    this.seed = recipe.seed();
    this.data = data;
    this.state = state;
    this.stopping = stopping;
    this.difficulty = difficulty;
    this.model = model;
    this.start = before.stream().mapToDouble(SampleWeights::meanLoss).toArray();
    this.shares = new double[data.forget().size()];
    State saved = state.weights();
    this.nll = saved == null ? start.clone() : saved.nll().clone();
    this.loss = saved == null ? new double[start.length] : saved.loss().clone();
    if (saved != null) {
      drawnEpoch = saved.epoch();
      drawnBy = saved.weights();
    }
  }

  private static double meanLoss(double[] logProbs) {
    return -Arrays.stream(logProbs).average().orElse(Double.NaN);
  }

  /** The weights to draw an epoch by, or the rest of it after a check. */
  double[] ofDraws(int epoch) {
    if (drawnEpoch != epoch) {
      drawnBy = now(epoch);
      drawnEpoch = epoch;
    }
    return drawnBy;
  }

  /**
   * The weights of all samples now; empty if all count the same.
   *
   * @throws EngramException if a weight is negative, NaN or infinite, or no sample has one before
   *     the first update
   */
  private double[] now(int epoch) {
    double[] weights =
        order.weights(
            new Standing(
                difficulty.rows(epoch, model), left(), start, nll, levels(), drawnLosses()));
    if (weights.length == 0) {
      return weights;
    }
    String named = "order.name = " + Choices.nameOf(order);
    for (int i = 0; i < weights.length; i++) {
      if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
        throw EngramException.usage(
            "%s gives sample %s the weight %s, by which nothing can be drawn. Choose other options or order.name = uniform."
                .formatted(named, data.forget().get(i).id(), weights[i]));
      }
    }
    if (state.updates() == 0 && Arrays.stream(stopping.pool()).allMatch(i -> weights[i] == 0)) {
      throw EngramException.usage(
          "%s gives all samples the weight 0 before the first update: none is known better than order.until asks. Raise order.until or use order.name = uniform."
              .formatted(named));
    }
    return order.shuffle() ? Draws.shuffled(weights, stopping.pool(), seed) : weights;
  }

  /** Whether each sample is still drawn, or would be if the stopping rule left any alone. */
  private boolean[] left() {
    boolean[] left = new boolean[data.forget().size()];
    for (int i = 0; i < left.length; i++) {
      left[i] = stopping.isPushed(i);
    }
    return left;
  }

  private double[] levels() {
    double[] levels = new double[start.length];
    Arrays.fill(levels, order.until() > 0 ? order.until() : Double.NaN);
    Looked looked = state.looked();
    if (order.usesLevel() && order.until() == 0 && looked != null) {
      Limits limits = new Limits(looked.thresholds(), looked.neverSeen());
      Arrays.setAll(levels, i -> -SampleChecks.limit(limits, i));
    }
    return levels;
  }

  private double[] drawnLosses() {
    return IntStream.range(0, loss.length)
        .mapToDouble(
            i -> state.drawn().stream().anyMatch(epoch -> epoch[i] > 0) ? loss[i] : Double.NaN)
        .toArray();
  }

  /** Sets the factors of the losses for the next update. */
  void beforeUpdate(int epoch, int[] samples) {
    seen.clear();
    if (order.apply() == Apply.LOSS && samples.length > 0) {
      double[] weights = now(epoch);
      factors = weights.length == 0 ? weights : Draws.meanOne(weights, stopping.pool());
    }
  }

  @Override
  public double factor(int sample) {
    return factors.length == 0 ? 1 : factors[sample];
  }

  @Override
  public void drawn(int sample, double share) {
    shares[sample] = share;
  }

  @Override
  public boolean watches() {
    return order.usesLogProbs();
  }

  /** Only the first pass of an update counts: SAM makes a second one at other weights. */
  @Override
  public void seen(int sample, double meanLoss) {
    seen.putIfAbsent(sample, meanLoss);
  }

  /** Takes over what an update has seen, before it is counted. */
  void made(UnlearningLoop.Update update) {
    if (!order.usesLogProbs() && !order.usesLosses()) {
      return;
    }
    int[] samples = update.samples();
    takeOver(Arrays.stream(samples).distinct().toArray());
    double scale = stopping.forgetScale();
    for (int k = 0; k < update.losses().length; k++) {
      double factor = scale * factor(samples[k]) * shares[samples[k]];
      if (factor > 0) {
        loss[samples[k]] = update.losses()[k] / factor;
      }
    }
    save();
  }

  /** The losses that this worker and the others have seen; of one seen twice, the mean. */
  private void takeOver(int[] samples) {
    double[] sums = new double[2 * samples.length];
    for (int k = 0; k < samples.length; k++) {
      Double own = seen.get(samples[k]);
      sums[2 * k] = own == null ? 0 : own;
      sums[2 * k + 1] = own == null ? 0 : 1;
    }
    double[] all = order.usesLogProbs() ? group.sum(sums) : sums;
    for (int k = 0; k < samples.length; k++) {
      if (all[2 * k + 1] > 0) {
        nll[samples[k]] = all[2 * k] / all[2 * k + 1];
      }
    }
  }

  /**
   * Takes over the losses that a check of all samples has found; the samples are then drawn anew.
   *
   * @param found null if the check wasn't one of the forget samples
   */
  void looked(SampleChecks.@Nullable Found found) {
    drawnEpoch = -1;
    if (!order.usesLogProbs() && !order.usesLosses()) {
      return;
    }
    if (found != null && !found.known().isEmpty()) {
      Arrays.setAll(nll, i -> -found.values()[i]);
    }
    save();
  }

  private void save() {
    state.weigh(new State(nll, loss, drawnEpoch, drawnBy));
  }
}
