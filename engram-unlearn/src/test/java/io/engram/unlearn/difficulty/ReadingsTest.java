package io.engram.unlearn.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.random.RandomStream;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.MrdEstimate;
import io.engram.unlearn.mrd.NoisyScorer;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On one parameter: {@code ℓ_t(θ + δ) = ℓ_t + g_t δ + h_t δ²}. */
class ReadingsTest {
  private static final double[][] VALUES = {{-0.5, -2}, {-0.1, -0.4, -3}};
  private static final double[][] SLOPES = {{1, -4}, {0.2, 0.1, -2}};
  private static final double[][] CURVES = {{-3, -1}, {2, -0.5, -6}};
  private static final double SIGMA = 0.05;
  private static final int PAIRS = 7;
  private static final long SEED = 9;

  private static final NoisyScorer MODEL =
      (samples, noise, scale) -> {
        double delta = scale == 0 ? 0 : scale * noise.nextGaussian();
        return Arrays.stream(samples)
            .mapToObj(
                i ->
                    IntStream.range(0, VALUES[i].length)
                        .mapToDouble(
                            t -> VALUES[i][t] + SLOPES[i][t] * delta + CURVES[i][t] * delta * delta)
                        .toArray())
            .toList();
      };

  private static RandomStream stream(int pair) {
    return RandomStream.of(SEED, "mrd-antithetic", 0, pair);
  }

  private static List<MrdEstimate> mrd(NoisyScorer model, Absolute absolute, Tokens tokens) {
    return Estimates.of(
        Estimates.mrd("antithetic", SIGMA, 2 * PAIRS, absolute, tokens),
        model,
        VALUES.length,
        SEED);
  }

  private static List<MrdEstimate> sumChange(NoisyScorer model) {
    return Estimates.of(
        new SumChange(SIGMA, 2 * PAIRS, 2 * PAIRS, 1, Scope.ANSWER), model, VALUES.length, SEED);
  }

  /** Σ_t r_t(δ) = −Σ_t (g_t δ + h_t δ²)/ℓ_t. */
  private static double change(int i, double delta) {
    double sum = 0;
    for (int t = 0; t < VALUES[i].length; t++) {
      sum -= (SLOPES[i][t] * delta + CURVES[i][t] * delta * delta) / VALUES[i][t];
    }
    return sum;
  }

  @Test
  void eachReadingIsItsFormula() {
    for (int i = 0; i < VALUES.length; i++) {
      double signed = 0;
      double unsigned = 0;
      double even = 0;
      for (int k = 0; k < PAIRS; k++) {
        double delta = SIGMA * stream(k).nextGaussian();
        signed += (change(i, delta) + change(i, -delta)) / 2 / PAIRS;
        unsigned += (Math.abs(change(i, delta)) + Math.abs(change(i, -delta))) / 2 / PAIRS;
        even -= Arrays.stream(CURVES[i]).sum() * delta * delta / PAIRS;
      }
      int n = VALUES[i].length;
      check(mrd(MODEL, Absolute.OUTSIDE, Tokens.SUM), i, Math.abs(signed));
      check(mrd(MODEL, Absolute.OUTSIDE, Tokens.MEAN), i, Math.abs(signed) / n);
      check(mrd(MODEL, Absolute.INSIDE, Tokens.SUM), i, unsigned);
      check(mrd(MODEL, Absolute.INSIDE, Tokens.MEAN), i, unsigned / n);
      check(sumChange(MODEL), i, Math.abs(even));
    }
  }

  private static void check(List<MrdEstimate> found, int sample, double wanted) {
    assertThat(found.get(sample).mrd()).isCloseTo(wanted, within(1e-12));
  }

  /** A pair that isn't finite is never averaged in silently. */
  @Test
  void aPairThatIsNotFiniteShows() {
    NoisyScorer broken =
        (samples, noise, scale) -> {
          List<double[]> scores = MODEL.logProbs(samples, noise, scale);
          if (scale < 0) {
            scores.get(1)[0] = Double.NaN;
          }
          return scores;
        };
    for (List<MrdEstimate> found :
        List.of(mrd(broken, Absolute.OUTSIDE, Tokens.MEAN), sumChange(broken))) {
      assertThat(found.get(0).mrd()).isPositive();
      assertThat(found.get(1).mrd()).isNaN();
      assertThat(found.get(1).nonFinite()).isEqualTo(2 * PAIRS);
    }
  }
}
