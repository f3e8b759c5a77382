package io.engram.unlearn.mrd;

import io.engram.core.stats.RankCorrelation;
import io.engram.unlearn.mrd.MrdSweep.AtSigma;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Summarises a sweep over σ and the number of draws, over all samples. */
public final class SweepSummary {
  /**
   * Up to this many numbers of draws, all are shown; otherwise only powers of two and the largest.
   */
  private static final int FEW = 8;

  private SweepSummary() {}

  /** The numbers of draws to show in a table. */
  public static List<Integer> shown(AtSigma at) {
    return at.estimates().size() <= FEW
        ? List.copyOf(at.estimates().keySet())
        : at.estimates().keySet().stream()
            .filter(count -> (Integer.bitCount(count) == 1 && count > 1) || count == at.most())
            .toList();
  }

  /** The median of the finite values; NaN if there are none. */
  public static double median(double[] values) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    return finite.length == 0 ? Double.NaN : NumericalFloor.median(finite);
  }

  /** The median over samples of standard error / MRD; NaN if there is no error. */
  public static double relativeError(AtSigma at, int draws) {
    return median(
        at.of(draws).stream().mapToDouble(one -> one.standardError() / one.mrd()).toArray());
  }

  /**
   * Kendall's τ between two rankings, over the samples that have both values.
   *
   * @return NaN for fewer than two such samples
   */
  public static double tau(double[] one, double[] other) {
    int[] both =
        IntStream.range(0, Math.min(one.length, other.length))
            .filter(i -> Double.isFinite(one[i]) && Double.isFinite(other[i]))
            .toArray();
    return both.length < 2
        ? Double.NaN
        : RankCorrelation.kendallTau(
            Arrays.stream(both).mapToDouble(i -> one[i]).toArray(),
            Arrays.stream(both).mapToDouble(i -> other[i]).toArray());
  }

  /**
   * The slope of log median MRD in log σ between two values of σ, from all draws: {@code log(m₂ /
   * m₁) / log(σ₂ / σ₁)}. 2 in the quadratic regime; 1 if MRD is |first-order noise|, which grows
   * with the norm of the gradient.
   */
  public static double slope(AtSigma low, AtSigma high) {
    double ratio = median(high.mrd(high.most())) / median(low.mrd(low.most()));
    return Math.log(ratio) / Math.log(high.sigma() / low.sigma());
  }
}
