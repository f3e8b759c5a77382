package io.engram.unlearn.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.stats.MeanWithError;
import io.engram.model.score.ContinuationScorer.Request;
import io.engram.unlearn.eval.generative.PythonText;
import io.engram.unlearn.eval.harness.TaskRunner.RequestTokens;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScoreFormulasTest {
  @Test
  void theFirstOfEqualScoresWins() {
    assertThat(TaskRunner.picked(new double[] {-3, -2, -2})).isEqualTo(1);
    assertThat(TaskRunner.picked(new double[] {Double.NaN, -5, -4})).isEqualTo(2);
    assertThat(TaskRunner.picked(new double[] {Double.NaN})).isEqualTo(-1);
    assertThat(TaskRunner.picked(new double[] {Double.NEGATIVE_INFINITY})).isZero();
  }

  /** −6/2 = −3, −8/4 = −2: the longer one wins though it's less probable. */
  @Test
  void lengthsAreCodePoints() {
    assertThat(TaskRunner.pickedByLength(new double[] {-6, -8}, new int[] {2, 4})).isEqualTo(1);
    assertThat(PythonText.length("a\ud83d\udf01")).isEqualTo(2);
  }

  /** Probabilities 1/2, 1/4, 1/4 of which the first and the last are true: 3/4. */
  @Test
  void trueMass() {
    double[] logs = {Math.log(0.5), Math.log(0.25), Math.log(0.25)};
    boolean[] isTrue = {true, false, true};
    assertThat(TaskRunner.trueMass(logs, isTrue)).isCloseTo(0.75, within(1e-12));
    double[] far = {logs[0] - 2000, logs[1] - 2000, logs[2] - 2000};
    assertThat(TaskRunner.trueMass(far, isTrue)).isCloseTo(0.75, within(1e-9));
    assertThat(TaskRunner.trueMass(new double[] {Double.NaN}, new boolean[] {true})).isNaN();
  }

  /** Windows of 4 over 10 tokens: [P]→0123, [3]→4567, then 8 9 after what fills the window. */
  @Test
  void rollingWindows() {
    List<Request> windows = RequestTokens.windows(IntStream.range(0, 10).toArray(), 99, 4);
    assertThat(windows).hasSize(3);
    assertThat(windows.get(0).context()).containsExactly(99);
    assertThat(windows.get(0).continuation()).containsExactly(0, 1, 2, 3);
    assertThat(windows.get(1).context()).containsExactly(3);
    assertThat(windows.get(1).continuation()).containsExactly(4, 5, 6, 7);
    assertThat(windows.get(2).context()).containsExactly(5, 6, 7);
    assertThat(windows.get(2).continuation()).containsExactly(8, 9);
    assertThat(RequestTokens.windows(new int[0], 99, 4)).isEmpty();
    assertThat(RequestTokens.windows(new int[] {7}, 99, 4)).hasSize(1);
  }

  /**
   * Texts of −10 nats in 4 words and −2 in 2: r = 12/6 = 2; residuals 2 and −2, so SE = √(2·8)/6 =
   * 2/3.
   */
  @Test
  void perplexity() {
    MeanWithError nats = Perplexity.nats(new double[] {-10, -2}, new int[] {4, 2});
    assertThat(nats.mean()).isEqualTo(2);
    assertThat(nats.standardError()).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(Perplexity.of(nats).mean()).isCloseTo(Math.exp(2), within(1e-12));
    assertThat(Perplexity.of(nats).standardError()).isCloseTo(Math.exp(2) * 2 / 3, within(1e-12));
    assertThat(Perplexity.bits(nats).mean()).isCloseTo(2 / Math.log(2), within(1e-12));
    assertThat(Perplexity.nats(new double[] {-1}, new int[] {1}).standardError()).isNaN();
  }

  /**
   * 1 of 2 right (SE² = 1/4) and 3 of 3 right (SE 0): mean 4/5; variance (1·2·1/4) / (5 − 2) / 5 =
   * 1/30.
   */
  @Test
  void averageBySize() {
    MeanWithError half = MeanWithError.of(new double[] {0, 1});
    MeanWithError all = MeanWithError.of(new double[] {1, 1, 1});
    MeanWithError average = HarnessTable.averageBySize(List.of(half, all));
    assertThat(half.standardError()).isCloseTo(0.5, within(1e-12));
    assertThat(average.mean()).isCloseTo(0.8, within(1e-12));
    assertThat(average.n()).isEqualTo(5);
    assertThat(average.standardError()).isCloseTo(Math.sqrt(1.0 / 30), within(1e-12));
  }

  @Test
  void averagePropagatesErrors() {
    MeanWithError average =
        HarnessTable.plainAverage(
            7,
            List.of(
                new MeanWithError(0.2, 0.3, 4),
                new MeanWithError(0.5, 0.4, 4),
                new MeanWithError(0.8, 0, 4)));
    assertThat(average.mean()).isCloseTo(0.5, within(1e-15));
    assertThat(average.standardError()).isCloseTo(0.5 / 3, within(1e-15));
    assertThat(average.n()).isEqualTo(7);
  }
}
