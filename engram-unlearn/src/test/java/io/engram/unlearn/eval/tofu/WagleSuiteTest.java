package io.engram.unlearn.eval.tofu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.EngramHome;
import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.suites.Suites;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The suite on mini, against transformers and SciPy on the same rows. */
@Tag("recipe")
class WagleSuiteTest {
  private static final int ROWS = 8;

  @Test
  void equalsTheFormulasInPyTorch() {
    Evaluation found;
    try (LanguageModel mini = TinyModels.open(EngramHome.resolve("models/mini"), Dtype.FLOAT32)) {
      found =
          Suites.of(EvalSection.of(List.of("tofu_wagle:forget01")))
              .get(0)
              .measure(new Stage(mini, "before", ROWS, ProgressListener.NONE));
    }
    JsonNode golden = Golden.json("tofu_benchmark.json").path("wagle");
    Map<String, Measurement> measured =
        found.measurements().stream().collect(Collectors.toMap(Measurement::metric, m -> m));
    assertThat(measured).hasSize(golden.path("measures").size() + 1);
    for (Map.Entry<String, JsonNode> measure : golden.path("measures").properties()) {
      String metric = "tofu_wagle." + measure.getKey();
      assertThat(Objects.requireNonNull(measured.get(metric), metric).value())
          .as(metric)
          .isCloseTo(measure.getValue().asDouble(), within(2e-4));
    }
    for (Map.Entry<String, JsonNode> set : golden.path("rows").properties()) {
      List<?> rows = Objects.requireNonNull(found.rowsBySet().get("tofu_wagle." + set.getKey()));
      assertThat(rows).hasSize(ROWS);
      for (int i = 0; i < ROWS; i++) {
        WagleSuite.Row row = (WagleSuite.Row) rows.get(i);
        JsonNode expected = set.getValue().get(i);
        assertThat(row.probability())
            .isCloseTo(expected.path("probability").asDouble(), within(1e-5));
        double ratio = expected.path("truth_ratio").asDouble();
        assertThat(row.truthRatio()).isCloseTo(ratio, within(1e-4 * Math.max(1, ratio)));
      }
    }
    assertThat(found.notes().toString())
        .contains("real_authors_perturbed")
        .contains("not with a model that never saw the forget set");
  }

  @Test
  void itsForgetSetIsNamedAsThatOfTofu() {
    assertThatThrownBy(() -> Suites.of(EvalSection.of(List.of("tofu_wagle:retain90"))))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.suites: tofu_wagle:retain90 is not a part of tofu_wagle; there are"
                + " tofu_wagle:forget10, tofu_wagle:forget05, tofu_wagle:forget01");
    assertThat(Suites.matching(List.of("tofu_wagle"), List.of("tofu:forget05")))
        .containsExactly("tofu_wagle:forget05");
  }
}
