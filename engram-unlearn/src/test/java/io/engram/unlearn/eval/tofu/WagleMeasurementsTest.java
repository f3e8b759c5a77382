package io.engram.unlearn.eval.tofu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.run.Measurement;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.tofu.TofuSet.AnswerPair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** WAGLE's numbers by hand. */
class WagleMeasurementsTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private static WagleSuite.Row row(String set, double probability, double ratio) {
    return new WagleSuite.Row("0", set, "q", "a", probability, ratio);
  }

  private static Map<String, List<WagleSuite.Row>> sets(
      List<WagleSuite.Row> forget, List<WagleSuite.Row> retain) {
    Map<String, List<WagleSuite.Row>> sets = new LinkedHashMap<>();
    sets.put("forget", forget);
    sets.put("retain", retain);
    return sets;
  }

  private static Measurement at(Measurements table, String metric) {
    Map<String, Measurement> found =
        table.all().stream().collect(Collectors.toMap(Measurement::metric, m -> m));
    return Objects.requireNonNull(found.get("tofu_wagle." + metric), metric);
  }

  /**
   * The forget set is asked in other words: P(right) = ¼, P(wrong) = ½ and ⅛, so R = 1.25; the
   * original question has the answer's own probability. A fact is asked as it is.
   */
  @Test
  void rowsAskTheParaphrasedQuestionWhereThereIsOne() {
    Map<AnswerPair, Double> meanLogs =
        Map.of(
            new AnswerPair("q", "a"), Math.log(0.75),
            new AnswerPair("p", "pa"), Math.log(0.25),
            new AnswerPair("p", "b"), Math.log(0.5),
            new AnswerPair("p", "c"), Math.log(0.125),
            new AnswerPair("q", "b"), Math.log(0.375),
            new AnswerPair("q", "c"), Math.log(0.375));
    List<TofuRow> rows =
        List.of(new TofuRow("7", "q", "a", "p", "pa", List.of("b", "c"), List.of()));
    WagleSuite.Row asked =
        WagleSuite.rows(new TofuSet("forget", "s", TofuSet.Kind.SENTENCES, rows), meanLogs::get)
            .get(0);
    assertThat(asked.id()).isEqualTo("7");
    assertThat(asked.probability()).isCloseTo(0.75, EXACT);
    assertThat(asked.truthRatio()).isCloseTo(0.3125 / (0.25 + 1e-12), within(1e-14));
    WagleSuite.Row fact =
        WagleSuite.rows(new TofuSet("world_facts", "s", TofuSet.Kind.FACTS, rows), meanLogs::get)
            .get(0);
    assertThat(fact.truthRatio()).isCloseTo(0.5, within(1e-11));
  }

  /** D of {3, 4} and {1, 2} is 1: two orders of six. */
  @Test
  void meansAndTheTestOfOneModel() {
    Measurements table =
        WagleSuite.measurements(
            "after",
            sets(
                List.of(row("forget", 0.25, 3), row("forget", 0.75, 4)),
                List.of(row("retain", 1, 1), row("retain", 0.5, 2))));
    assertThat(table.all()).hasSize(6);
    Measurement probability = at(table, "forget.probability");
    assertThat(probability.value()).isEqualTo(0.5);
    assertThat(probability.standardError()).isCloseTo(0.25, EXACT);
    assertThat(probability.better()).isEqualTo("lower");
    assertThat(at(table, "retain.probability").better()).isEqualTo("higher");
    assertThat(at(table, "forget.mean_truth_ratio").value()).isEqualTo(3.5);
    assertThat(at(table, "forget.mean_truth_ratio").better()).isEqualTo("higher");
    assertThat(at(table, "retain.mean_truth_ratio").value()).isEqualTo(1.5);
    assertThat(at(table, "retain.mean_truth_ratio").better()).isEqualTo("lower");
    Measurement quality = at(table, "same_model_forget_quality");
    assertThat(quality.value()).isCloseTo(1.0 / 3, EXACT);
    assertThat(quality.n()).isEqualTo(4);
    assertThat(quality.standardError()).isNull();
    assertThat(at(table, "same_model_forget_quality_log10").value())
        .isCloseTo(-Math.log10(3), EXACT);
    assertThat(table.notes()).isEmpty();
  }

  @Test
  void whatIsNoNumberIsLeftOutAndNoted() {
    Measurements table =
        WagleSuite.measurements(
            "after",
            sets(List.of(row("forget", Double.NaN, Double.NaN)), List.of(row("retain", 0.5, 2))));
    assertThat(table.all())
        .extracting(Measurement::metric)
        .containsExactly("tofu_wagle.retain.probability", "tofu_wagle.retain.mean_truth_ratio");
    assertThat(table.notes())
        .hasSize(4)
        .contains(
            "tofu_wagle.same_model_forget_quality is not a number and left out: log-probabilities"
                + " that it rests on aren't finite, or it divides by 0");
  }
}
