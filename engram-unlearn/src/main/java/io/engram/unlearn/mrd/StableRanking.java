package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.RankCorrelation;
import java.util.Arrays;

/**
 * Estimates how reliable a ranking by MRD is, from the draws themselves.
 *
 * <p>The draws are split at random into halves; τ_h is Kendall's τ between the two rankings,
 * averaged over 16 splits. Three steps then give the expected τ between the ranking by all draws
 * and the true one: Greiner's relation {@code ρ_h = sin(π τ_h/2)}, Spearman and Brown's {@code ρ =
 * 2ρ_h/(1+ρ_h)} for all draws instead of half of them, attenuation {@code √ρ} since the true
 * ranking has no error, and back {@code τ = (2/π) asin √ρ}. Greiner's relation holds for normal
 * scores; since only ranks matter, the result is the same for any increasing function of them.
 *
 * <p><b>Source:</b> not in the paper, which assumes that K = 200 is stable; Kendall 1938, Spearman
 * 1910, Brown 1910.
 */
public final class StableRanking {
  private static final int SPLITS = 16;

  private StableRanking() {}

  /**
   * The expected τ between the ranking by |mean of all draws| and the true one.
   *
   * @param values {@code [K][N]}; NaN values are skipped
   * @return in [0, 1]; NaN for fewer than four draws or three samples
   */
  public static double expectedTau(double[][] values) {
    if (values.length < 4 || values[0].length < 3) {
      return Double.NaN;
    }
    double sum = 0;
    for (int split = 0; split < SPLITS; split++) {
      int[] order = RandomStream.of(0, "mrd-split", 0, split).permutation(values.length);
      int half = values.length / 2;
      sum +=
          RankCorrelation.kendallTau(
              magnitudes(values, Arrays.copyOf(order, half)),
              magnitudes(values, Arrays.copyOfRange(order, half, 2 * half)));
    }
    return ofAll(sum / SPLITS);
  }

  /** Converts τ between halves into τ between all draws and the true ranking. */
  static double ofAll(double betweenHalves) {
    double half = Math.max(0, Math.sin(Math.PI / 2 * betweenHalves));
    return 2 / Math.PI * Math.asin(Math.sqrt(2 * half / (1 + half)));
  }

  private static double[] magnitudes(double[][] values, int[] draws) {
    double[] magnitudes = new double[values[0].length];
    for (int i = 0; i < magnitudes.length; i++) {
      int sample = i;
      magnitudes[i] =
          Math.abs(
              Arrays.stream(draws)
                  .mapToDouble(k -> values[k][sample])
                  .filter(Double::isFinite)
                  .average()
                  .orElse(0));
    }
    return magnitudes;
  }
}
