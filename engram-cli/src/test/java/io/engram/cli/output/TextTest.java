package io.engram.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.Measurement;
import io.engram.core.sample.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TextTest {
  @Test
  void numbersHaveFourDigits() {
    assertThat(Numbers.of(0.0131849)).isEqualTo("0.01318");
    assertThat(Numbers.of(-21.73)).isEqualTo("-21.73");
    assertThat(Numbers.of(0.5)).isEqualTo("0.5");
    assertThat(Numbers.of(1.25e-9)).isEqualTo("1.25e-09");
    assertThat(Numbers.of(400)).isEqualTo("400");
    assertThat(Numbers.of(0)).isEqualTo("0");
    assertThat(Numbers.of(Double.NaN)).isEqualTo("NaN");
  }

  @Test
  void excerptsAreOneLine() {
    assertThat(Excerpt.of(Sample.of("1", "Who\nis it?", "She is."), 40))
        .isEqualTo("Who is it? → She is.");
    assertThat(Excerpt.of("abcdef", 4)).isEqualTo("abc…");
  }

  @Test
  void measurementsHaveAColumnAStage() {
    List<Measurement> measurements =
        List.of(measurement("before", 0.93, 0.01), measurement("after", 0.25, null));
    assertThat(MeasurementText.byStage(measurements))
        .isEqualTo(
            """
            metric                      better  before       after
            tofu.forget.rouge_l_recall  lower   0.93 ± 0.01  0.25""");
    assertThat(MeasurementText.byStage(List.of())).isEmpty();
  }

  @Test
  void measurementsNameTheEncoderTheyRestOn() {
    assertThat(
            MeasurementText.byStage(
                List.of(judged("before", "one"), judged("after", "one"), judged("after", "two"))))
        .endsWith(
            """

            Judged by one: tofu.retain.accuracy
            Judged by two: tofu.retain.accuracy""");
  }

  private static Measurement judged(String stage, String encoder) {
    return new Measurement(
        stage, "tofu", "tofu.retain.accuracy", 0.5, "ratio", 2, true, null, encoder);
  }

  private static Measurement measurement(
      String stage, double value, @org.jspecify.annotations.Nullable Double error) {
    return new Measurement(
        stage, "tofu", "tofu.forget.rouge_l_recall", value, "ratio", 400, false, error);
  }
}
