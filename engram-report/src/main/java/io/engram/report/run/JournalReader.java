package io.engram.report.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** Sorts a journal's events into what the report shows. Unknown events are passed over. */
final class JournalReader {
  private JournalReader() {}

  static JournalView view(List<JsonNode> events) {
    // A resumed run writes the updates after its checkpoint again: the later line stands.
    Map<Integer, Update> updates = new TreeMap<>();
    Map<Integer, Refresh> refreshes = new TreeMap<>();
    List<String> notes = new ArrayList<>();
    double seconds = Double.NaN;
    double evaluation = 0;
    boolean resumed = false;
    String stop = "";
    String failure = "";
    for (JsonNode event : events) {
      switch (text(event, "event")) {
        case "update" -> updates.put((int) number(event, "update"), update(event));
        case "refresh" -> refreshes.put((int) number(event, "epoch"), refresh(event));
        case "note" -> notes.add(text(event, "text"));
        case "evaluation" -> evaluation += finite(number(event, "seconds"));
        case "resume" -> resumed = true;
        case "failure" -> failure = text(event, "message");
        case "stop" -> {
          stop = text(event, "reason");
          seconds = number(event, "seconds");
        }
        default -> {}
      }
    }
    return new JournalView(
        List.copyOf(updates.values()),
        List.copyOf(refreshes.values()),
        notes.stream().distinct().toList(),
        seconds,
        resumed,
        evaluation,
        stop,
        failure);
  }

  private static Update update(JsonNode event) {
    return new Update(
        (int) number(event, "update"),
        number(event, "epoch"),
        number(event, "loss"),
        number(event, "forget_loss"),
        number(event, "retain_loss"),
        number(event, "gradient_norm"),
        number(event, "learning_rate"));
  }

  private static Refresh refresh(JsonNode event) {
    return new Refresh(
        (int) number(event, "epoch"),
        (long) finite(number(event, "passes")),
        number(event, "seconds"));
  }

  private static double finite(double value) {
    return Double.isFinite(value) ? value : 0;
  }

  private static double number(JsonNode event, String field) {
    JsonNode value = event.path(field);
    return value.isNumber() ? value.doubleValue() : Double.NaN;
  }

  private static String text(JsonNode event, String field) {
    return event.path(field).asString("");
  }
}
