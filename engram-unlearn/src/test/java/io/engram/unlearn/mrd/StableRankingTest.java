package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.stats.MeanWithError;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StableRankingTest {
  private static final int REPETITIONS = 60;

  /** Each case: draws, and the error of their mean in units of the scores' spread. */
  @ParameterizedTest
  @CsvSource({
    "4, 0.1", "4, 0.5", "4, 1", "9, 0.3", "16, 0.2", "16, 0.5", "16, 1", "32, 0.1", "32, 0.5"
  })
  void expectsTheTauThatIsThere(int draws, double error) {
    double[] expected = new double[REPETITIONS];
    double[] found = new double[REPETITIONS];
    for (int r = 0; r < REPETITIONS; r++) {
      NoisyScores scores = new NoisyScores(100, error * Math.sqrt(draws), r);
      double[][] values = scores.values(draws);
      expected[r] = StableRanking.expectedTau(values);
      found[r] = scores.tau(values);
    }
    MeanWithError truth = MeanWithError.of(found);
    // Of normal scores: the correlation of score and mean is 1/√(1 + error²).
    assertThat(truth.mean())
        .isCloseTo(
            2 / Math.PI * Math.asin(1 / Math.sqrt(1 + error * error)),
            within(4 * truth.standardError()));
    assertThat(MeanWithError.of(expected).mean()).isCloseTo(truth.mean(), within(0.03));
  }

  @Test
  void noiseAloneHasNoRanking() {
    double[] expected =
        IntStream.range(0, REPETITIONS)
            .mapToDouble(r -> StableRanking.expectedTau(new NoisyScores(400, 0, 1, r).values(16)))
            .toArray();
    // The root makes a chance τ of 0.02 between halves into 0.16.
    assertThat(MeanWithError.of(expected).mean()).isBetween(0.0, 0.15);
    assertThat(Arrays.stream(expected).max().orElseThrow()).isLessThan(0.4);
  }

  @Test
  void exactScoresAreRankedExactly() {
    assertThat(StableRanking.expectedTau(new NoisyScores(20, 0, 3).values(4)))
        .isCloseTo(1, within(1e-7));
  }

  @Test
  void tooFewDrawsOrSamplesSayNothing() {
    assertThat(StableRanking.expectedTau(new NoisyScores(20, 1, 3).values(3))).isNaN();
    assertThat(StableRanking.expectedTau(new NoisyScores(2, 1, 3).values(8))).isNaN();
    assertThat(StableRanking.expectedTau(new double[0][0])).isNaN();
  }

  @Test
  void leavesOutWhatIsNotANumber() {
    double[][] values = new NoisyScores(20, 0, 3).values(6);
    values[2][7] = Double.NaN;
    values[5][0] = Double.NaN;
    assertThat(StableRanking.expectedTau(values)).isCloseTo(1, within(1e-7));
  }

  @Test
  void goesFromHalvesToTheTruth() {
    // τ_h = 1/3: ρ_h = sin 30° = 1/2, ρ = 1/(3/2) = 2/3, τ = 2/π asin √(2/3) = 2·54.7356°/180°.
    assertThat(StableRanking.ofAll(1 / 3.0)).isCloseTo(0.608173448, within(1e-9));
    assertThat(StableRanking.ofAll(1)).isCloseTo(1, within(1e-7));
    assertThat(StableRanking.ofAll(0)).isZero();
    assertThat(StableRanking.ofAll(-0.4)).isZero();
  }
}
