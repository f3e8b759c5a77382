package io.engram.unlearn.characteristic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.random.RandomStream;
import io.engram.unlearn.characteristic.Characteristic.SplitRule;
import io.engram.unlearn.characteristic.CharacteristicTable.Row;
import io.engram.unlearn.characteristic.CharacteristicTable.Row.Contrast;
import io.engram.unlearn.characteristic.CharacteristicTable.Row.Correlation;
import io.engram.unlearn.characteristic.CharacteristicTable.Row.Level;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CharacteristicTableTest {
  private static final double[] MRD = {1, 2, 3, 4, 5, 6};

  /** High are the first three: mean MRD 2 against 5, each with a standard error of √(1/3). */
  @Test
  void levelsArePartedAndCompared() {
    Row row = row(SplitRule.aboveMean(), 6, 5, 4, 3, 2, 1);
    assertThat(row.cut()).isEqualTo(new SplitRule.Cut(3.5, false, "mean of the samples"));
    assertThat(row.high().n()).isEqualTo(3);
    assertThat(row.high().meanMrd()).isEqualTo(2);
    assertThat(row.high().standardError()).isCloseTo(Math.sqrt(1 / 3.0), within(1e-12));
    assertThat(row.low().meanMrd()).isEqualTo(5);
    Contrast contrast = Objects.requireNonNull(row.contrast());
    assertThat(contrast.difference()).isEqualTo(-3);
    assertThat(contrast.interval().low()).isBetween(-5.0, -3.0);
    assertThat(contrast.interval().high()).isBetween(-3.0, -1.0);
    assertThat(contrast.cliffsDelta()).isEqualTo(-1);
    Correlation correlation = Objects.requireNonNull(row.correlation());
    assertThat(correlation.spearmanRho()).isCloseTo(-1, within(1e-12));
    assertThat(correlation.interval().high()).isCloseTo(-1, within(1e-12));
    assertThat(row.remarks()).isEmpty();
  }

  /** The interval of a difference of normal means, about ± 1.96 √(1/100 + 1/100). */
  @Test
  void theIntervalIsThatOfADifferenceOfMeans() {
    RandomStream numbers = RandomStream.of(1, "test", 0, 0);
    double[] mrd = IntStream.range(0, 200).mapToDouble(i -> numbers.nextGaussian()).toArray();
    double[] values = IntStream.range(0, 200).mapToDouble(i -> i % 2).toArray();
    Contrast contrast = Objects.requireNonNull(rows(mrd, SplitRule.aboveMean(), values).contrast());
    double reach = 1.96 * Math.sqrt(0.02);
    assertThat(contrast.interval().low()).isCloseTo(contrast.difference() - reach, within(0.05));
    assertThat(contrast.interval().high()).isCloseTo(contrast.difference() + reach, within(0.05));
  }

  @Test
  void anEmptyLevelIsSaid() {
    Row row = row(SplitRule.above(10, "test"), 6, 5, 4, 3, 2, 1);
    assertThat(row.high()).isEqualTo(new Level(0, null, null));
    assertThat(row.low().n()).isEqualTo(6);
    assertThat(row.contrast()).isNull();
    assertThat(row.correlation()).isNotNull();
    assertThat(row.remarks()).containsExactly("no sample is high: no difference");
  }

  @Test
  void oneSampleHasNoError() {
    Row row = row(SplitRule.above(1, "test"), 6, 5, 4, 3, 2, 1);
    assertThat(row.low()).isEqualTo(new Level(1, 6.0, null));
    assertThat(row.contrast()).isNull();
    assertThat(row.remarks()).containsExactly("one sample only is low: no difference");
  }

  @Test
  void equalValuesHaveNoRanks() {
    Row row = row(SplitRule.upperQuartile(), 1, 1, 1, 1, 1, 1);
    assertThat(row.correlation()).isNull();
    assertThat(row.remarks())
        .containsExactly(
            "no sample is low: no difference",
            "no rank correlation: fewer than 3 samples, or all values are equal");
  }

  /** Two of four are high, so that many a redrawn set has a level without samples. */
  @Test
  void samplesWithoutAValueAreLeftOut() {
    double[] mrd = {1, 2, 3, 4, 5, Double.NaN};
    Row row = rows(mrd, SplitRule.above(1, "test"), 1, 2, Double.NaN, 0, 2, 7);
    assertThat(row.high().n()).isEqualTo(2);
    assertThat(row.high().meanMrd()).isEqualTo(3.5);
    assertThat(row.high().standardError()).isCloseTo(1.5, within(1e-12));
    assertThat(row.low().meanMrd()).isEqualTo(2.5);
    Contrast contrast = Objects.requireNonNull(row.contrast());
    assertThat(contrast.interval().low()).isFinite();
    assertThat(contrast.interval().high()).isFinite();
    assertThat(row.remarks()).containsExactly("2 of 6 samples left out: no value or no MRD");
  }

  @Test
  void noSamplesGiveARowThatSaysSo() {
    Row row = rows(new double[0], SplitRule.upperQuartile());
    assertThat(row.cut()).isNull();
    assertThat(row.remarks()).hasSize(3);
  }

  @Test
  void aSeedGivesTheSameTable() {
    assertThat(row(SplitRule.aboveMean(), 1, 3, 2, 6, 5, 4))
        .isEqualTo(row(SplitRule.aboveMean(), 1, 3, 2, 6, 5, 4));
  }

  @Test
  void everySampleNeedsAValue() {
    assertThatThrownBy(() -> row(SplitRule.aboveMean(), 1, 2))
        .hasMessage("test: 2 values, MRD of 6 samples");
  }

  /** Of eight, the largest two; of five, the largest two; equal values go together. */
  @Test
  void theUpperQuartileIsMet() {
    SplitRule rule = SplitRule.upperQuartile();
    assertThat(rule.of(new double[] {8, 1, 2, 7, 3, 4, 5, 6}).threshold()).isEqualTo(7);
    assertThat(rule.of(new double[] {1, 2, 3, 4, Double.POSITIVE_INFINITY}).threshold())
        .isEqualTo(4);
    assertThat(rule.of(new double[] {4, 4}).isHigh(4)).isTrue();
    assertThat(SplitRule.aboveMean().of(new double[] {4, 4}).isHigh(4)).isFalse();
  }

  private static Row row(SplitRule rule, double... values) {
    return rows(MRD, rule, values);
  }

  private static Row rows(double[] mrd, SplitRule rule, double... values) {
    return CharacteristicTable.of(mrd, List.of(new Characteristic("test", values, rule)), 42)
        .rows()
        .get(0);
  }
}
