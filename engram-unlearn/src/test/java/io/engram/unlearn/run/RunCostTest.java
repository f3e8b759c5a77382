package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunCostTest {
  /** Update 2 and the refresh of epoch 1 were made again after a resumption. */
  @Test
  void isOfUpdatesAndTheMeasurementsOfTheirOrder() {
    List<JsonNode> events =
        List.of(
                "{\"event\": \"refresh\", \"epoch\": 0, \"seconds\": 3}",
                "{\"event\": \"update\", \"update\": 1, \"seconds\": 0.5}",
                "{\"event\": \"update\", \"update\": 2, \"seconds\": 100}",
                "{\"event\": \"refresh\", \"epoch\": 1, \"seconds\": 200}",
                "{\"event\": \"check\", \"update\": 2, \"seconds\": 50}",
                "{\"event\": \"resume\", \"update\": 1}",
                "{\"event\": \"update\", \"update\": 2, \"seconds\": 0.75}",
                "{\"event\": \"refresh\", \"epoch\": 1, \"seconds\": 2}",
                "{\"event\": \"evaluation\", \"seconds\": 70}")
            .stream()
            .map(line -> JsonMapper.shared().readTree(line))
            .toList();
    RunCost cost = RunCost.of(events);
    assertThat(cost).isEqualTo(new RunCost(2, 6.25));
    assertThat(cost.perUpdate()).isEqualTo(3.125);
  }
}
