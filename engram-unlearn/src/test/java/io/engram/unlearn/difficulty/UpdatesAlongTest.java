package io.engram.unlearn.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** On tokens whose log-odds move evenly along the way, as the prediction assumes. */
class UpdatesAlongTest {
  private static final double[] MARGINS = {-6, -4, -1};
  private static final double[] SLOPES = {40, 10, -5};

  /** ℓ = −log(1 + e^m) at distance s. */
  private static double[] logProbs(double s) {
    double[] found = new double[MARGINS.length];
    Arrays.setAll(found, t -> -Math.log1p(Math.exp(MARGINS[t] + SLOPES[t] * s)));
    return found;
  }

  private static double loss(double s) {
    return -Arrays.stream(logProbs(s)).average().orElseThrow();
  }

  @Test
  void lossAlongTheWayIsThatOfTheTokens() {
    UpdatesPredictor.Along predicted =
        new UpdatesPredictor.Along(logProbs(0), logProbs(0.3), 0.3, 1.5);
    for (double s : new double[] {0, 0.1, 0.3, 0.9}) {
      assertThat(predicted.loss(s)).isCloseTo(loss(s), within(1e-9));
    }
  }

  /** Adam is 0.02 further after each update: the first whole number at which L is τ or more. */
  @Test
  void adamGoesEvenly() {
    UpdatesPredictor.Along predicted =
        new UpdatesPredictor.Along(logProbs(0), logProbs(0.1), 0.1, 1.5);
    double updates = predicted.adam(0.02);
    int whole = (int) Math.floor(updates);
    assertThat(loss(0.02 * whole)).isLessThan(1.5);
    assertThat(loss(0.02 * (whole + 1))).isGreaterThanOrEqualTo(1.5);
    double part = (1.5 - loss(0.02 * whole)) / (loss(0.02 * (whole + 1)) - loss(0.02 * whole));
    assertThat(updates).isCloseTo(whole + part, within(1e-9));
  }

  /** Plain ascent in one dimension, {@code s += η L'(s) / ‖g‖²}, made one by one. */
  @Test
  void plainAscentGrowsWithTheSlope() {
    UpdatesPredictor.Along predicted =
        new UpdatesPredictor.Along(logProbs(0), logProbs(0.1), 0.1, 1.5);
    double s = 0;
    int updates = 0;
    while (loss(s) < 1.5) {
      double slope = (loss(s + 1e-6) - loss(s - 1e-6)) / 2e-6;
      s += 0.05 * slope / (2.0 * 2.0);
      updates++;
    }
    assertThat(predicted.sgd(0.05, 2)).isGreaterThan(updates - 1).isLessThanOrEqualTo(updates);
  }

  @Test
  void whatIsForgottenNeedsNoneAndWhatNeverIsHasTheMost() {
    assertThat(new UpdatesPredictor.Along(logProbs(0), logProbs(0.1), 0.1, 0.1).adam(0.02))
        .isZero();
    UpdatesPredictor.Along back = new UpdatesPredictor.Along(logProbs(0), logProbs(-0.1), 0.1, 1.5);
    assertThat(back.adam(1e-4)).isEqualTo(UpdatesPredictor.MOST);
  }

  /** e^{1.5/0.015·…}: log L rises by the slope over L a distance of one. */
  @Test
  void firstGuessIsLogLinear() {
    assertThat(UpdatesPredictor.Along.firstGuess(0.1, 0.1 * Math.E, 0.5))
        .isCloseTo(0.2, within(1e-12));
  }
}
