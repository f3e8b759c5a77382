package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.unlearn.mrd.AntitheticEstimator;
import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import io.engram.unlearn.mrd.EstimatorSection.Tokens;
import io.engram.unlearn.mrd.MrdEstimate;
import io.engram.unlearn.mrd.MrdSettings;
import io.engram.unlearn.mrd.NoisyScorer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On one parameter: {@code ℓ_t(θ + δ) = ℓ_t + g_t δ + h_t δ²}. */
class MrdReadingsTest {
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
    return RandomStream.of(SEED, "study-mrd", 0, pair);
  }

  private static Map<String, double[]> readings(double sigma, int pairs) {
    return new MrdReadings(MODEL, VALUES.length, 1e-6, SEED)
        .at(sigma, pairs, ProgressListener.NONE);
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
    Map<String, double[]> found = readings(SIGMA, PAIRS);
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
      check(found, "mrd_outside_sum@0.05", i, Math.abs(signed));
      check(found, "mrd_outside_mean@0.05", i, Math.abs(signed) / n);
      check(found, "mrd_inside_sum@0.05", i, unsigned);
      check(found, "mrd_inside_mean@0.05", i, unsigned / n);
      check(found, "sum_change@0.05", i, Math.abs(even));
    }
  }

  private static void check(Map<String, double[]> found, String name, int sample, double wanted) {
    assertThat(found).containsKey(name);
    double value = found.getOrDefault(name, new double[VALUES.length])[sample];
    assertThat(value).as("%s of %s", name, sample).isCloseTo(wanted, within(1e-12));
  }

  /** The estimator is given the streams of the readings in place of its own. */
  @Test
  void eachReadingIsWhatTheAntitheticEstimatorGives() {
    Map<String, double[]> found = readings(SIGMA, PAIRS);
    for (Absolute absolute : Absolute.values()) {
      for (Tokens tokens : Tokens.values()) {
        int[] pair = {0};
        NoisyScorer same =
            (samples, noise, scale) ->
                MODEL.logProbs(samples, scale == 0 ? noise : stream(pair[0]++ / 2), scale);
        MrdSettings settings = new MrdSettings(SIGMA, 2 * PAIRS, absolute, tokens, 1e-6);
        List<MrdEstimate> wanted =
            new AntitheticEstimator()
                .estimate(same, VALUES.length, settings, 1, 0, ProgressListener.NONE);
        String name = ("mrd_" + absolute + "_" + tokens + "@0.05").toLowerCase(Locale.ROOT);
        for (int i = 0; i < VALUES.length; i++) {
          check(found, name, i, wanted.get(i).mrd());
        }
      }
    }
  }

  @Test
  void namesAreThoseOfTheReadings() {
    assertThat(readings(0.001, 1).keySet())
        .containsExactlyElementsOf(MrdReadings.names(List.of(0.001)));
    assertThat(MrdReadings.names(List.of(1e-4, 3e-3))).hasSize(10).contains("sum_change@1.0E-4");
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
    Map<String, double[]> found =
        new MrdReadings(broken, VALUES.length, 1e-6, SEED).at(SIGMA, 2, ProgressListener.NONE);
    found.forEach(
        (name, values) -> {
          assertThat(values[0]).as(name).isPositive();
          assertThat(values[1]).as(name).isNaN();
        });
  }
}
