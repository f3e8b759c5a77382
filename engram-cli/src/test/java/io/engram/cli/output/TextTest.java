package io.engram.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.Measurement;
import io.engram.core.sample.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TextTest {
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
