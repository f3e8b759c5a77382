package io.engram.cli.output;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What a stopping rule that looks at the samples has come to. */
public final class StopText {
  private StopText() {}

  /**
   * From a run's journal.
   *
   * @return empty where the run hasn't ended or no rule looked
   */
  public static Optional<String> of(List<JsonNode> events) {
    return events.stream()
        .filter(event -> event.path("event").asString("").equals("stop"))
        .filter(event -> event.has("forgotten"))
        .reduce((earlier, later) -> later)
        .map(StopText::text);
  }

  private static String text(JsonNode stop) {
    String reason = stop.path("reason").asString();
    String by = reason.equals("budget") ? "its budget" : "stop.rule = " + reason;
    return "Ended by %s after %d updates: %d of %d samples are forgotten"
        .formatted(
            by,
            stop.path("updates").asInt(),
            stop.path("forgotten").asInt(),
            stop.path("samples").asInt());
  }
}
