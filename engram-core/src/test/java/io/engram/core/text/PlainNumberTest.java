package io.engram.core.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlainNumberTest {
  @ParameterizedTest
  @CsvSource({
    "0.0131849, 0.01318",
    "-21.73, -21.73",
    "0.5, 0.5",
    "1.25e-9, 1.25e-09",
    "0, 0",
    "400, 400",
    "1000, 1000",
    "2340, 2340",
    "-5230.2, -5230",
    "9999.9, 1e+04",
    "12000, 1.2e+04",
    "NaN, NaN",
    "Infinity, Infinity"
  })
  void zerosGoBehindThePointAlone(double value, String text) {
    assertThat(NumberText.plain(value)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0.0211632, 0.021",
    "0.0999, 0.1",
    "0, 0",
    "15.758, 16",
    "99.4, 99",
    "99.6, 100",
    "123.6, 124",
    "23456, 2.3e+04",
    "5.9006e-5, 5.9e-05",
    "NaN, NaN"
  })
  void errorsHaveTwoDigits(double error, String text) {
    assertThat(NumberText.plainError(error)).isEqualTo(text);
  }
}
