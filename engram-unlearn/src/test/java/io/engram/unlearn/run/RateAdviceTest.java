package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.train.OptimizerSettings;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.NeverSeen;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RateAdviceTest {
  /** e^L − 1 is 1 at log 2, 3 at log 4 and 9 at log 10. From 1 to 9, 3 is half way. */
  @Test
  void theWayIsInLogOdds() {
    RateAdvice.Way way = RateAdvice.way(-Math.log(2), -Math.log(4), -Math.log(10), true);
    assertThat(way.gone()).isCloseTo(0.5, within(1e-12));
    assertThat(way.loss()).isCloseTo(Math.log(2) / Math.log(5), within(1e-12));
    assertThat(RateAdvice.way(0.9, 0.6, 0.3, false)).isEqualTo(new RateAdvice.Way(0.5, 0.5));
    assertThat(RateAdvice.way(-3, -4, -2, true).gone()).isNaN();
  }

  /** A budget that ends at a fifth of the way: ten times the rate would end at twice the way. */
  @Test
  void theRateToTryGetsThereInHalfTheBudget() {
    double nan = Double.NaN;
    assertThat(RateAdvice.factor(0.2, 0.02, false, nan, nan)).isEqualTo(10);
    assertThat(RateAdvice.factor(0.25, 0.02, false, 0, 0.05)).isEqualTo(8);
    assertThat(RateAdvice.factor(0, 0, false, 0, 0.05)).isEqualTo(10);
    assertThat(RateAdvice.factor(-0.1, 0, false, 0, 0.05)).isEqualTo(10);
    assertThat(RateAdvice.factor(0.2, 0.02, true, 0, 0.05)).isEqualTo(1);
    assertThat(RateAdvice.factor(0.2, 0.02, false, 0.06, 0.05)).isEqualTo(1);
    assertThat(RateAdvice.factor(2, 0.5, false, 0.2, 0.05)).isEqualTo(1);
    assertThat(RateAdvice.factor(20, 0.5, true, 0.6, 0.05)).isEqualTo(0.1);
    assertThat(RateAdvice.factor(16, 1.4, true, 0.2, 0.05)).isEqualTo(0.125);
    assertThat(RateAdvice.factor(16, 1.4, true, 0.09, 0.05)).isEqualTo(1);
    assertThat(RateAdvice.factor(4, 1.4, true, 0.2, 0.05)).isEqualTo(1);
    assertThat(RateAdvice.factor(10, 3.5, true, 0, 0.05)).isEqualTo(0.2);
    assertThat(RateAdvice.factor(0.1, 0.1, true, 0.6, 0.05)).isEqualTo(0.1);
    assertThat(RateAdvice.factor(nan, nan, false, 0, 0.05)).isEqualTo(1);
  }

  private static final OptimizerSettings CONSTANT =
      new OptimizerSettings(
          OptimizerSettings.Algorithm.ADAMW,
          1e-4,
          0,
          0.9,
          0.999,
          1e-8,
          0,
          0,
          OptimizerSettings.Decay.ALL,
          OptimizerSettings.Schedule.CONSTANT,
          0);

  private static final NeverSeen RANGE =
      new NeverSeen(20, new Knowledge(-Math.log(10), 0.5, 0.1, 10), List.of());

  /** Two samples; the second is forgotten to begin with and doesn't count. */
  private static SampleChecks.Found found(double loss) {
    return new SampleChecks.Found(
        new boolean[] {false, true}, new double[] {-loss, -9}, List.of(), Map.of());
  }

  private static Optional<String> look(RateAdvice advice, double loss, double keepRise) {
    SampleChecks.First first =
        new SampleChecks.First(new SampleChecks.Limits(null, RANGE), found(Math.log(2)));
    return advice.look(first, found(loss), keepRise, 0.05);
  }

  /** 5 of 100 updates a check; log-odds from 0 to log 9, of which 0.02 log 9 after 15 updates. */
  @Test
  void aRateThatIsTooLowIsToldAtTheThirdCheckAndOnce() {
    RateAdvice advice = new RateAdvice(CONSTANT, 100);
    for (int check = 1; check <= 4; check++) {
      for (int i = 0; i < 5; i++) {
        advice.made(1e-4);
      }
      Optional<String> said = look(advice, Math.log1p(Math.pow(9, 0.02 * check / 3)), 0);
      if (check == 3) {
        assertThat(said)
            .hasValue(
                "optimizer.learning_rate = 1.0e-4 looks too low: after 15 of at most 100 updates the samples have come 2 % of the way to being forgotten, and the budget would end at 13 %. Try 0.001.");
      } else {
        assertThat(said).isEmpty();
      }
    }
  }

  @Test
  void aRateThatIsTooHighIsToldAtOnce() {
    RateAdvice advice = new RateAdvice(CONSTANT, 100);
    advice.made(1e-4);
    assertThat(look(advice, Math.log(4), 0.8))
        .hasValue(
            "optimizer.learning_rate = 1.0e-4 looks too high: after 1 updates the loss on samples to keep has risen by 0.80 nats a token, where 0.05 would do no harm. Try 1.0e-5.");
    RateAdvice other = new RateAdvice(CONSTANT, 100);
    other.made(1e-4);
    assertThat(look(other, 12, 0)).hasValueSatisfying(s -> assertThat(s).contains("times as far"));
  }

  @Test
  void aRateThatMayBeRightIsNotWarnedAbout() {
    RateAdvice advice = new RateAdvice(CONSTANT, 100);
    for (int check = 1; check <= 10; check++) {
      for (int i = 0; i < 5; i++) {
        advice.made(1e-4);
      }
      assertThat(look(advice, Math.log1p(Math.pow(9, 0.1 * check)), 0.01 * check)).isEmpty();
    }
  }
}
