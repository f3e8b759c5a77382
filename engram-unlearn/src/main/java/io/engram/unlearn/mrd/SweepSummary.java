package io.engram.unlearn.mrd;

import io.engram.core.stats.RankCorrelation;
import io.engram.unlearn.mrd.MrdSweep.AtSigma;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What a sweep says of σ and of the number of draws, over the samples. */
public final class SweepSummary {
  /** So few numbers of draws are all shown; of more, the powers of two and the largest. */
  private static final int FEW = 8;

  private SweepSummary() {}

  /** The numbers of draws that a table shows. */
  public static List<Integer> shown(AtSigma at) {
    return at.estimates().size() <= FEW
        ? List.copyOf(at.estimates().keySet())
        : at.estimates().keySet().stream()
            .filter(count -> (Integer.bitCount(count) == 1 && count > 1) || count == at.most())
            .toList();
  }

  /** The median of the finite ones; NaN for none. */
  public static double median(double[] values) {
    double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
    return finite.length == 0 ? Double.NaN : NumericalFloor.median(finite);
  }

  /** The median over samples of standard error / MRD; NaN where there is no error. */
  public static double relativeError(AtSigma at, int draws) {
    return median(
        at.of(draws).stream().mapToDouble(one -> one.standardError() / one.mrd()).toArray());
  }

  /**
   * Kendall's τ between two rankings, over the samples with both numbers.
   *
   * @return NaN of fewer than two such samples
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
   * The slope of the median MRD in σ between two σ, both logarithmic, from all draws: {@code log(m₂
   * / m₁) / log(σ₂ / σ₁)}. 2 in the quadratic regime; 1 where MRD is |first-order noise|, which
   * grows as the gradient's norm.
   */
  public static double slope(AtSigma low, AtSigma high) {
    double ratio = median(high.mrd(high.most())) / median(low.mrd(low.most()));
    return Math.log(ratio) / Math.log(high.sigma() / low.sigma());
  }
}
