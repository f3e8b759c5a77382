package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.difficulty.Estimates;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NumericalFloorTest {
  private static final Estimator PAIRS = Estimates.pairs(Control.OFF, 0.1, 2);

  @Test
  void comparesTwoCompositionsOfTheBatch() {
    // Rounding that depends on how many are scored at once.
    NoisyScorer scorer =
        (samples, noise, scale) ->
            Arrays.stream(samples)
                .mapToObj(i -> new double[] {-1 - i * 0.001 * samples.length})
                .toList();
    double[] floor = NumericalFloor.measure(scorer, 4, PAIRS);
    assertThat(floor[0]).isEqualTo(0x1p-24);
    assertThat(floor[3]).isCloseTo(0.003 * 2 / 1.012, within(1e-12));
    assertThat(NumericalFloor.measure(scorer, 1, PAIRS)).containsExactly(0x1p-24);
  }

  @Test
  void refusesASigmaWhoseMrdIsRounding() {
    double[] floor = {1e-5, 3e-5, 2e-5};
    assertThatCode(
            () ->
                NumericalFloor.require(
                    new double[] {2e-4, 1e-6, 3e-4}, floor, 1e-4, Absolute.OUTSIDE))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                NumericalFloor.require(
                    new double[] {5e-5, 4.1e-5, 3e-5}, floor, 1e-4, Absolute.OUTSIDE))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "order.estimator.sigma = 1.0E-4: too small for this model. The median MRD is 4.1e-05,"
                + " of which rounding alone makes 2.0e-05.\nσ = 3.0E-4 or more would suffice.");
    assertThatThrownBy(() -> NumericalFloor.require(new double[3], floor, 1e-4, Absolute.INSIDE))
        .hasMessageEndingWith("Use a larger one; the default is 0.001.");
  }
}
