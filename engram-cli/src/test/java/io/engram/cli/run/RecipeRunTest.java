package io.engram.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RecipeRunTest {
  private static JsonNode stop(String reason, String more) {
    return JsonMapper.shared()
        .readTree(
            "{\"event\": \"stop\", \"reason\": \"%s\", \"updates\": 30%s}".formatted(reason, more));
  }

  @Test
  void saysWhatEndedTheRunAndHowManySamplesAreForgotten() {
    String counts = ", \"forgotten\": 38, \"samples\": 40";
    assertThat(RecipeRun.stop(List.of(stop("per_sample", counts))))
        .contains(
            "Ended by stop.rule = per_sample after 30 updates: 38 of 40 samples are forgotten");
    assertThat(RecipeRun.stop(List.of(stop("budget", counts))))
        .contains("Ended by its budget after 30 updates: 38 of 40 samples are forgotten");
  }

  @Test
  void saysNothingWhereNoRuleLooked() {
    assertThat(RecipeRun.stop(List.of(stop("budget", "")))).isEmpty();
    assertThat(RecipeRun.stop(List.of())).isEmpty();
  }
}
