package io.engram.unlearn.order;

import io.engram.core.EngramException;
import io.engram.core.run.MrdRow;
import io.engram.core.run.PredictedUpdatesRow;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.unlearn.mrd.EstimatorSection;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.ranking.NaturalRanking;

/**
 * Samples drawn with replacement, sample i with probability {@code p_i = MRD_i / Σ_j MRD_j}: easy
 * samples more often. An epoch is as many draws as there are samples, from stream (seed, "order",
 * epoch, 0).
 *
 * <p>Predicted updates N take the place of MRD as 1/N, which is what Def. 3.4 has MRD stand for.
 *
 * <p><b>Source:</b> Alg. 2; the formula is lost from it, and follows from Def. 3.4, by which the
 * updates a sample needs are as 1/MRD. Other weights are offered for that reason.
 *
 * @param refreshEpochs m: MRD is computed anew every m epochs; 0: once, at the start
 * @param weight how MRD becomes a chance of being drawn
 * @param estimator how MRD is estimated
 */
@Choice(value = "mrd", summary = "with replacement, by Memory Removal Difficulty (Algorithm 2)")
public record MrdOrder(
    @Setting(
            value = "1",
            range = ">= 0",
            unit = "epochs",
            reason =
                "m: MRD is computed anew every m epochs, for the model changes. 0: once, at the"
                    + " start, and cheapest.")
        int refreshEpochs,
    @Setting(
            value = "mrd",
            reason =
                "How MRD becomes a chance of being drawn. mrd: p_i = MRD_i / Σ MRD, easy samples"
                    + " first, as Definition 3.4 has it; inverse: hard ones first; rank: by place"
                    + " alone.")
        Weight weight,
    EstimatorSection estimator)
    implements SampleOrder {
  /** How MRD becomes a chance of being drawn. */
  public enum Weight {
    /** p_i = MRD_i / Σ_j MRD_j: the easy ones first. */
    MRD,
    /** p_i ∝ 1/MRD_i: the hard ones first. */
    INVERSE,
    /** p_i ∝ rank of MRD_i. */
    RANK
  }

  @Override
  public int[] epoch(int epoch, int[] pool, int draws, long seed, double[] probabilities) {
    double[] own = pool.length == draws ? probabilities : within(probabilities, pool);
    int[] drawn = new WeightedDraws(own).epoch(epoch, draws, seed);
    return Arrays.stream(drawn).map(i -> pool[i]).toArray();
  }

  /**
   * {@code p_i = w_i / Σ_j w_j}.
   *
   * @param weight w: {@code mrd} MRD_i; {@code inverse} 1/MRD_i; {@code rank} the place of MRD_i
   *     among all, the smallest 1, equal ones their mean place
   * @return {@code [N]}, summing to 1
   * @throws EngramException if a MRD is NaN, infinite or negative, all are 0, or one that {@code
   *     inverse} divides by is 0
   */
  public static double[] probabilities(List<MrdRow> rows, Weight weight) {
    for (MrdRow row : rows) {
      if (!(row.mrd() >= 0) || Double.isInfinite(row.mrd())) {
        throw EngramException.usage(
            ("Sample %s has MRD %s, from which no chance of being drawn follows.%n"
                    + "A smaller order.estimator.sigma may help.")
                .formatted(row.id(), row.mrd()));
      }
      if (weight == Weight.INVERSE && Double.isInfinite(1 / row.mrd())) {
        throw EngramException.usage(
            "Sample %s has MRD %s: order.weight = inverse divides by it. Take mrd or rank."
                .formatted(row.id(), row.mrd()));
      }
    }
    double[] mrd = rows.stream().mapToDouble(MrdRow::mrd).toArray();
    if (Arrays.stream(mrd).allMatch(value -> value == 0)) {
      throw EngramException.usage(
          "The MRD of all %d samples is 0, so none can be preferred. Take order.name = uniform, or a larger order.estimator.sigma."
              .formatted(rows.size()));
    }
    return shares(mrd, weight);
  }

  /**
   * The same with {@code 1 / max(N_i, 1)} for MRD_i. N below 1 counts as 1, for no sample is drawn
   * for less than an update: one that is forgotten already, N = 0, is as easy as one that needs a
   * single update, and doesn't take all draws.
   *
   * @return {@code [N]}, summing to 1
   */
  public static double[] ofUpdates(List<PredictedUpdatesRow> rows, Weight weight) {
    return shares(
        rows.stream().mapToDouble(row -> 1 / Math.max(row.predictedUpdates(), 1)).toArray(),
        weight);
  }

  /**
   * The probabilities of some samples among themselves, {@code p_i / Σ_{j ∈ pool} p_j}; equal where
   * all of them are 0.
   *
   * @param pool indices, at least one
   * @return in the pool's order, summing to 1
   */
  public static double[] within(double[] probabilities, int[] pool) {
    double[] own = Arrays.stream(pool).mapToDouble(i -> probabilities[i]).toArray();
    double sum = Arrays.stream(own).sum();
    return Arrays.stream(own).map(p -> sum > 0 ? p / sum : 1.0 / own.length).toArray();
  }

  private static double[] shares(double[] ease, Weight weight) {
    double[] weights =
        switch (weight) {
          case MRD -> ease;
          case INVERSE -> Arrays.stream(ease).map(value -> 1 / value).toArray();
          case RANK -> new NaturalRanking().rank(ease);
        };
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }
}
