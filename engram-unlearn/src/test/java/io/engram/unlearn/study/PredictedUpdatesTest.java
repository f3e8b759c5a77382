package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** On losses {@code L(θ) = L_0 exp(Σ k_j θ_j)}, whose logarithm is a straight line. */
class PredictedUpdatesTest {
  private static final double[] K = {0.5, -2, 1.5};
  private static final double LOSS = 0.02;

  private static double loss(double[] theta) {
    double sum = 0;
    for (int j = 0; j < K.length; j++) {
      sum += K[j] * theta[j];
    }
    return LOSS * Math.exp(sum);
  }

  /** Each update adds η Σ|k_j| = 0.4 to log L, whatever L is. */
  @Test
  void signUpdatesAreCountedExactly() {
    double[] theta = new double[K.length];
    for (int u = 0; u < 9; u++) {
      Arrays.setAll(theta, j -> theta[j] + 0.1 * Math.signum(K[j]));
    }
    double l1 = LOSS * Arrays.stream(K).map(Math::abs).sum();
    assertThat(PredictedUpdates.adam(LOSS, loss(theta), l1, 0.1)).isCloseTo(9, within(1e-12));
    assertThat(PredictedUpdates.adam(LOSS, LOSS * Math.E, l1, 0.1)).isCloseTo(2.5, within(1e-12));
  }

  /** dL/dN = η‖k‖² L² from L_0 on: L(N) = 1 / (1/L_0 − η‖k‖² N), here 1 / (50 − 6.5 η N). */
  @Test
  void gradientAscentIsTheClosedForm() {
    double l2 = LOSS * Math.sqrt(6.5);
    double later = 1 / (50 - 6.5 * 0.2 * 30);
    assertThat(PredictedUpdates.sgd(LOSS, later, l2, 0.2)).isCloseTo(30, within(1e-9));
  }

  /** Ascent in 20,000 small steps, made one by one. */
  @Test
  void gradientAscentInSmallStepsNeedsThatMany() {
    double rate = 2e-4;
    double[] theta = new double[K.length];
    int updates = 0;
    while (loss(theta) < 0.04) {
      double now = loss(theta);
      Arrays.setAll(theta, j -> theta[j] + rate * K[j] * now);
      updates++;
    }
    double l2 = LOSS * Math.sqrt(6.5);
    assertThat(updates).isGreaterThan(19_000);
    assertThat(PredictedUpdates.sgd(LOSS, 0.04, l2, rate)).isCloseTo(updates, within(5.0));
  }

  @Test
  void whatIsForgottenNeedsNone() {
    assertThat(PredictedUpdates.adam(1.5, 1.5, 3, 0.1)).isZero();
    assertThat(PredictedUpdates.sgd(2, 1.5, 3, 0.1)).isZero();
  }
}
