package io.engram.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.certificate.Certificate.Controls;
import io.engram.core.certificate.Certificate.Measure;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.run.JsonFiles;
import io.engram.core.settings.Yaml;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

final class CardResultsTest {
  private static final String CARD =
      """
      ---
      base_model: "mini"
      tags:
      - engram
      ---

      # mini, unlearned

      ## What to know

      - It is small.
      """;

  private static Certificate certificate(double after) {
    return new Certificate(
        "0.1",
        Map.of(),
        new Certificate.Run("", null, "cpu", "float32", "plain", 1, null),
        JsonFiles.mapper().createObjectNode(),
        new Certificate.Requests(3, Certificate.Requests.DIGEST, "", List.of()),
        new Controls("given", 20),
        List.of(
            new Measure(
                Measure.REQUESTS,
                "exact_memorization",
                "ratio",
                "lower",
                new Value(3, 1, 0.0),
                new Value(3, after, 0.125),
                0.5),
            new Measure(
                Measure.KEPT,
                "loss",
                "nats a token",
                "lower",
                new Value(2, 0.5, null),
                new Value(2, 0.75, null),
                null)),
        List.of(),
        Map.of("forgotten", 3),
        Map.of("int4", Map.of("hidden", 2)),
        List.of("Other copies."));
  }

  @Test
  void theHeadHasTheResultsInTheFormOfTheHub() {
    String card = CardResults.with(CARD, certificate(0.25));
    String head = card.substring(4, card.indexOf("\n---\n"));
    JsonNode model = Yaml.read(head, "card").path("model-index").get(0);
    assertThat(model.path("name").asString()).isEqualTo("mini, unlearned");
    JsonNode first = model.path("results").get(0);
    assertThat(first.path("task").path("type").asString()).isEqualTo("text-generation");
    assertThat(first.path("dataset").path("type").asString()).isEqualTo("requests-to-forget");
    JsonNode metric = first.path("metrics").get(0);
    assertThat(metric.path("type").asString()).isEqualTo("exact_memorization");
    assertThat(metric.path("value").asDouble()).isEqualTo(0.25);
    assertThat(metric.path("args").toString())
        .isEqualTo(
            "{\"n\":3,\"standard_error\":0.125,\"before\":1.0,\"before_standard_error\":0.0,\"limit\":0.5}");
    assertThat(model.path("results").get(1).path("metrics").get(0).path("args").toString())
        .isEqualTo("{\"n\":2,\"before\":0.5}");
  }

  @Test
  void theSectionHasVerdictsErrorsAndWhatWasNotChecked() {
    String card = CardResults.with(CARD, certificate(0.25));
    assertThat(card)
        .startsWith("---\nbase_model: \"mini\"\ntags:\n- engram\nmodel-index:\n")
        .contains("# mini, unlearned\n\n## What to know\n\n- It is small.\n\n## Results\n\n")
        .contains("Of 3 requests 3 forgotten.\nBy attack int4: 2 hidden.\n")
        .contains("| 3 | 1 ± 0 | 0.25 ± 0.125 | 0.5 |")
        .endsWith("Not checked:\n\n- Other copies.\n");
  }

  @Test
  void laterResultsReplaceEarlierOnes() {
    String once = CardResults.with(CARD, certificate(0.25));
    assertThat(CardResults.with(once, certificate(0.25))).isEqualTo(once);
    assertThat(CardResults.with(once, certificate(0.5)))
        .isEqualTo(CardResults.with(CARD, certificate(0.5)))
        .doesNotContain("0.25");
    assertThat(CardResults.with("no card", certificate(0.5))).isEqualTo("no card");
  }
}
