package io.engram.report.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.report.figure.Histogram.Bin;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void roundEdgesAndWholeCounts() {
    // Span 8 in 8 bins: step 1; 1 and 1.5 in [1, 2), 4 in [4, 5), 9 in [9, 10).
    Histogram histogram = Histogram.of(new double[] {1, 1.5, 4, 9});
    assertThat(histogram.logarithmic()).isFalse();
    assertThat(histogram.bins())
        .hasSize(9)
        .startsWith(new Bin(1, 2, 2))
        .endsWith(new Bin(9, 10, 1));
    assertThat(histogram.bins().get(3)).isEqualTo(new Bin(4, 5, 1));
  }

  @Test
  void wideSpanIsBinnedByLogarithm() {
    Histogram histogram = Histogram.of(new double[] {1e-4, 1e-3, 1e-2, 1e-1, 1e4});
    assertThat(histogram.logarithmic()).isTrue();
    assertThat(histogram.bins()).hasSize(8);
    assertThat(histogram.bins().get(1).from()).isCloseTo(1e-3, within(1e-12));
    assertThat(histogram.bins().stream().mapToInt(Bin::count).sum()).isEqualTo(5);
  }

  @Test
  void equalValuesAndNoneAreNoFault() {
    assertThat(Histogram.of(new double[] {2, 2, 2}).bins().stream().mapToInt(Bin::count).sum())
        .isEqualTo(3);
    assertThat(Histogram.of(new double[] {Double.NaN}).bins()).isEmpty();
  }

  @Test
  void quartilesInterpolate() {
    // 1..4: positions 0.75, 1.5 and 2.25 of the sorted values.
    assertThat(MrdDistributionFigure.Quartiles.of(new double[] {4, 1, 3, 2}))
        .isEqualTo(new MrdDistributionFigure.Quartiles(1.75, 2.5, 3.25));
  }

  @Test
  void correlationKnowsWhatChanceGives() {
    double[] rising = IntStream.range(0, 50).asDoubleStream().toArray();
    MrdDropFigure.Correlation correlation = MrdDropFigure.Correlation.of(rising, rising);
    assertThat(correlation.rho()).isEqualTo(1);
    assertThat(correlation.chance()).isCloseTo(0.28, within(1e-12)); // 1.96 / 7
    assertThat(correlation.clear()).isTrue();
    assertThat(MrdDropFigure.Correlation.of(new double[] {1, 2}, new double[] {1, 2}).text())
        .isEqualTo("no rank correlation (n = 2, or one side without spread)");
  }
}
