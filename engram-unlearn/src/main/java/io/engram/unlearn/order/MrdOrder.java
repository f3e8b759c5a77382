package io.engram.unlearn.order;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.recipe.OrderSection.Weight;
import io.engram.core.run.MrdRow;
import io.engram.core.run.PredictedUpdatesRow;
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
 */
public final class MrdOrder implements SampleOrder {
  private final double[] cumulative;
  private final int draws;
  private final long seed;

  private MrdOrder(double[] cumulative, int draws, long seed) {
    this.cumulative = cumulative;
    this.draws = draws;
    this.seed = seed;
  }

  /** The order with these probabilities, an epoch as many draws as there are. */
  public static SampleOrder of(double[] probabilities, long seed) {
    return of(probabilities, probabilities.length, seed);
  }

  /**
   * The order with these probabilities.
   *
   * @param probabilities {@code [N]}, at least one; they needn't sum to 1
   * @param draws of an epoch
   * @throws IllegalArgumentException if one is negative or not finite, or all are 0
   */
  public static SampleOrder of(double[] probabilities, int draws, long seed) {
    double[] cumulative = new double[probabilities.length];
    double sum = 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (!(probabilities[i] >= 0) || Double.isInfinite(probabilities[i])) {
        throw new IllegalArgumentException("probability " + i + " is " + probabilities[i]);
      }
      sum += probabilities[i];
      cumulative[i] = sum;
    }
    if (!(sum > 0)) {
      throw new IllegalArgumentException("the probabilities sum to " + sum);
    }
    return new MrdOrder(cumulative, draws, seed);
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

  @Override
  public int[] epoch(int epoch) {
    RandomStream random = RandomStream.of(seed, "order", epoch, 0);
    int[] drawn = new int[draws];
    Arrays.setAll(drawn, i -> draw(random.nextDouble() * cumulative[cumulative.length - 1]));
    return drawn;
  }

  /** The first sample whose cumulative probability is above {@code point}: never one of p = 0. */
  private int draw(double point) {
    int found = Arrays.binarySearch(cumulative, point);
    if (found < 0) {
      return -found - 1;
    }
    while (found < cumulative.length - 1 && cumulative[found] <= point) {
      found++;
    }
    return found;
  }
}
