package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.unlearn.difficulty.Antithetic;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.difficulty.Estimates;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SigmaTrialTest {
  private static double find(NoisyScorer scorer, int samples) {
    Antithetic pairs = Estimates.pairs(Control.OFF, 1, 2);
    return SigmaTrial.find(Estimates.request(pairs, scorer, samples, 3, 0), pairs);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 1000, 10_000})
  void aimsAtAMedianOfThreeHundredths(int dimension) {
    QuadraticModel model = new QuadraticModel(21, dimension, 0.1);
    double sigma = find(model, 21);
    double[] mrd = IntStream.range(0, 21).mapToDouble(i -> model.mrd(i, sigma)).sorted().toArray();
    assertThat(mrd[10]).isBetween(0.03 / 1.3, 0.03 * 1.3);
  }

  @Test
  void comesDownWhereNothingIsFinite() {
    // Breaks above 3e-5; below, r = (scale/1e-5)²·0.03.
    NoisyScorer scorer =
        (samples, noise, scale) ->
            List.of(
                new double[] {
                  Math.abs(scale) > 3e-5 ? Double.NaN : -1 + 0.03 * Math.pow(scale / 1e-5, 2)
                });
    assertThat(find(scorer, 1)).isCloseTo(1e-5, within(1e-12));
  }

  @Test
  void goesUpWhereNothingChanges() {
    // Rounds to nothing below 5e-3.
    NoisyScorer scorer =
        (samples, noise, scale) ->
            List.of(
                new double[] {Math.abs(scale) < 5e-3 ? -1 : -1 + 0.03 * Math.pow(scale / 0.02, 2)});
    assertThat(find(scorer, 1)).isCloseTo(0.02, within(1e-12));
    // Four trials, ten times more each.
    assertThat(find((samples, noise, scale) -> List.of(new double[] {-1}), 1))
        .isCloseTo(10, within(1e-9));
  }

  @Test
  void leavesSamplesOutThatAreNotFinite() {
    NoisyScorer scorer =
        (samples, noise, scale) ->
            Arrays.stream(samples)
                .mapToObj(
                    i ->
                        new double[] {
                          i == 0 && scale != 0 ? Double.NaN : -1 + 0.03 * Math.pow(scale / 2e-3, 2)
                        })
                .toList();
    assertThat(find(scorer, 3)).isCloseTo(2e-3, within(1e-12));
  }
}
