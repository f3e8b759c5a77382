package io.engram.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NumberTextTest {
  @Test
  void numbersThatFollowEachOtherAreARange() {
    assertThat(NumberText.ranges(List.of("42", "43", "44", "50"))).isEqualTo("42 to 44, 50");
    assertThat(NumberText.ranges(List.of("42", "43"))).isEqualTo("42, 43");
    assertThat(NumberText.ranges(List.of("a", "7"))).isEqualTo("a, 7");
    assertThat(NumberText.ranges(List.of())).isEmpty();
  }

  @Test
  void digitsAndTrueMinus() {
    assertThat(NumberText.fixed(-0.12345, 3)).isEqualTo("−0.123");
    assertThat(NumberText.fixed(-0.0001, 3)).isEqualTo("0.000");
    assertThat(NumberText.fixed(Double.NaN, 3)).isEqualTo("–");
    assertThat(NumberText.signed(0.016, 3)).isEqualTo("+0.016");
    assertThat(NumberText.signed(-0.016, 3)).isEqualTo("−0.016");
  }

  @Test
  void errorStaysOnTheLineOfItsValue() {
    assertThat(NumberText.withError(0.634, 0.0214, 3)).isEqualTo("0.634\u00a0±\u00a00.021");
    assertThat(NumberText.withError(0.634, null, 3)).isEqualTo("0.634");
  }

  @Test
  void threeSignificantDigits() {
    assertThat(NumberText.significant(0.0323456)).isEqualTo("0.0323");
    assertThat(NumberText.significant(12.345)).isEqualTo("12.3");
    assertThat(NumberText.significant(1234.5)).isEqualTo("1235");
    assertThat(NumberText.significant(1.5e-6)).isEqualTo("1.50e−06");
    assertThat(NumberText.significant(0)).isEqualTo("0");
  }

  @Test
  void durationsInTheUnitThatFits() {
    assertThat(NumberText.duration(8.26)).isEqualTo("8.3 s");
    assertThat(NumberText.duration(312.4)).isEqualTo("5 min 12 s");
    assertThat(NumberText.duration(7500)).isEqualTo("2 h 05 min");
    assertThat(NumberText.duration(Double.NaN)).isEqualTo("–");
  }

  @Test
  void counts() {
    assertThat(NumberText.counted(1, "sample")).isEqualTo("1 sample");
    assertThat(NumberText.counted(12800, "sample")).isEqualTo("12,800 samples");
  }
}
