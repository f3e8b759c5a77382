package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.random.RandomStream;
import io.engram.testkit.Golden;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class StatisticsTest {
  /** Σ(x − 2.5)² = 5, so the standard deviation is √(5/3) and the error √(5/12). */
  @Test
  void meanKnowsItsError() {
    MeanWithError mean = MeanWithError.of(new double[] {1, 2, 3, 4});
    assertThat(mean.mean()).isEqualTo(2.5);
    assertThat(mean.standardError()).isCloseTo(Math.sqrt(5 / 12.0), within(1e-15));
    assertThat(mean.n()).isEqualTo(4);
  }

  @Test
  void oneValueHasNoErrorAndNoneNoMean() {
    assertThat(MeanWithError.of(new double[] {7}).mean()).isEqualTo(7);
    assertThat(MeanWithError.of(new double[] {7}).standardError()).isNaN();
    assertThat(MeanWithError.of(new double[0]).mean()).isNaN();
  }

  @Test
  void correlationsEqualScipy() {
    for (JsonNode golden : Golden.json("correlation.json").path("cases")) {
      double[] x = Golden.doubles(golden.path("x"));
      double[] y = Golden.doubles(golden.path("y"));
      assertThat(RankCorrelation.kendallTau(x, y))
          .isCloseTo(golden.path("kendall_tau_b").asDouble(), within(1e-12));
      assertThat(RankCorrelation.spearman(x, y))
          .isCloseTo(golden.path("spearman_rho").asDouble(), within(1e-12));
    }
  }

  /** Of six pairs five agree and one doesn't. */
  @Test
  void kendallCountsPairs() {
    double[] x = {1, 2, 3, 4};
    assertThat(RankCorrelation.kendallTau(x, new double[] {1, 2, 4, 3}))
        .isCloseTo(4 / 6.0, within(1e-15));
    assertThat(RankCorrelation.kendallTau(x, new double[] {5, 5, 5, 5})).isNaN();
    assertThat(RankCorrelation.spearman(x, new double[] {5, 5, 5, 5})).isNaN();
    assertThat(RankCorrelation.spearman(x, new double[] {1, 8, 27, 64})).isEqualTo(1);
  }

  @Test
  void correlationsNeedPairs() {
    String message = "a correlation needs two arrays of the same length, at least 2, not 1 and 1";
    assertThatThrownBy(() -> RankCorrelation.kendallTau(new double[1], new double[1]))
        .hasMessage(message);
    assertThatThrownBy(() -> RankCorrelation.spearman(new double[1], new double[1]))
        .hasMessage(message);
    assertThatThrownBy(() -> RankCorrelation.spearman(new double[2], new double[] {1, Double.NaN}))
        .hasMessage("a value is NaN: it has no rank");
  }

  /** The mean of 100 normal numbers: its interval is about ± 1.96/√100 wide around the mean. */
  @Test
  void bootstrapFindsTheIntervalOfAMean() {
    RandomStream numbers = RandomStream.of(1, "test", 0, 0);
    double[] sample = IntStream.range(0, 100).mapToDouble(i -> numbers.nextGaussian()).toArray();
    MeanWithError mean = MeanWithError.of(sample);
    Bootstrap.Interval interval = meanInterval(sample);
    assertThat(interval.low()).isCloseTo(mean.mean() - 1.96 * mean.standardError(), within(0.02));
    assertThat(interval.high()).isCloseTo(mean.mean() + 1.96 * mean.standardError(), within(0.02));
    assertThat(meanInterval(sample)).isEqualTo(interval);
  }

  @Test
  void bootstrapOfEqualValuesIsThatValue() {
    assertThat(meanInterval(new double[] {3, 3, 3})).isEqualTo(new Bootstrap.Interval(3, 3));
  }

  /** Only a draw of both values has a statistic; the quantiles are of those draws alone. */
  @Test
  void bootstrapLeavesOutDrawsWithoutAStatistic() {
    double[] sample = {1, 3};
    Bootstrap.Interval interval =
        Bootstrap.interval(
            sample,
            values -> values[0] == values[1] ? Double.NaN : values[0] + values[1],
            0.95,
            100,
            RandomStream.of(2, "bootstrap", 0, 0));
    assertThat(interval).isEqualTo(new Bootstrap.Interval(4, 4));
  }

  @Test
  void bootstrapNeedsASample() {
    assertThatThrownBy(() -> meanInterval(new double[0]))
        .hasMessage(
            "a bootstrap needs a sample (n = 0), draws >= 1 (2000) and a level in (0, 1) (0.95)");
  }

  private static Bootstrap.Interval meanInterval(double[] sample) {
    return Bootstrap.interval(
        sample,
        values -> Arrays.stream(values).average().orElseThrow(),
        0.95,
        2000,
        RandomStream.of(2, "bootstrap", 0, 0));
  }
}
