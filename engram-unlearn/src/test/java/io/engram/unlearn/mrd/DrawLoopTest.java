package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrawLoopTest {
  private static DrawLoop.Result run(DrawSource source, int draws, boolean auto, double target) {
    DrawRequest.Budget budget = new DrawRequest.Budget(draws, auto, target);
    return new DrawLoop(source, budget, KeptDraws.NONE).run(ProgressListener.NONE);
  }

  @Test
  void autoStopsEarlyWhereTheRankingIsClear() {
    DrawLoop.Result found = run(new NoisyScores(40, 0.1, 1), 200, true, 0.9);
    // Looked at after 4 pairs and after 5, and stable both times.
    assertThat(found.passes()).isEqualTo(10);
    assertThat(found.values()).hasDimensions(5, 40);
    assertThat(found.notes())
        .singleElement()
        .asString()
        .matches("5 pairs: expected Kendall τ with the true ranking 0\\.9\\d");
    assertThat(found.estimates()).allSatisfy(e -> assertThat(e.draws()).isEqualTo(10));
  }

  @Test
  void autoGoesToTheBudgetWhereItIsNot() {
    DrawLoop.Result found = run(new NoisyScores(40, 20, 1), 60, true, 0.9);
    assertThat(found.passes()).isEqualTo(60);
    assertThat(found.notes())
        .singleElement()
        .asString()
        .matches(
            "30 pairs: expected Kendall τ with the true ranking 0\\.\\d\\d"
                + " \\(wanted 0\\.9; the budget ended\\)");
  }

  @Test
  void aNumberIsANumber() {
    DrawLoop.Result found = run(new NoisyScores(40, 0.1, 1), 60, false, 1);
    assertThat(found.passes()).isEqualTo(60);
    assertThat(found.notes())
        .singleElement()
        .asString()
        .matches("30 pairs: expected Kendall τ with the true ranking 0\\.9\\d");
    assertThat(run(new NoisyScores(40, 0.1, 1), 6, true, 0.9).notes())
        .containsExactly("3 pairs: too few to estimate how stable the ranking is");
  }

  @Test
  void estimatesAreMeansWithTheirErrors() {
    NoisyScores source = new NoisyScores(3, 1, 1);
    DrawLoop.Result found = run(source, 16, false, 1);
    for (int i = 0; i < 3; i++) {
      double[] values = new double[8];
      for (int k = 0; k < 8; k++) {
        values[k] = source.draw(k).values()[i];
      }
      MeanWithError mean = MeanWithError.of(values);
      assertThat(found.estimates().get(i).mrd()).isCloseTo(mean.mean(), within(1e-12));
      assertThat(found.estimates().get(i).standardError())
          .isCloseTo(mean.standardError(), within(1e-12));
    }
  }

  /** Stopping when it looks good must not mean that it only looked good. */
  @ParameterizedTest
  @CsvSource({"0.8, 1, 50", "0.9, 1, 50", "0.8, 3, 50", "0.9, 0.5, 20", "0.8, 2, 20"})
  void theStopIsNotOptimistic(double target, double noise, int samples) {
    int repetitions = 200;
    double[] found = new double[repetitions];
    for (int r = 0; r < repetitions; r++) {
      NoisyScores source = new NoisyScores(samples, noise, r);
      DrawLoop.Result result = run(source, 2000, true, target);
      found[r] = source.tau(result.estimates().stream().mapToDouble(MrdEstimate::mrd).toArray());
    }
    assertThat(MeanWithError.of(found).mean()).isGreaterThan(target - 0.02);
  }
}
