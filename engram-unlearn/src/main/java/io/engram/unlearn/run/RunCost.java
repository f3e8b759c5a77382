package io.engram.unlearn.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What the updates of a run cost: their seconds and those of the measurements that their order is
 * made from, by its journal. Evaluations and looks of the stopping rule aren't unlearning.
 *
 * @param updates made
 * @param seconds of all of them
 */
record RunCost(int updates, double seconds) {
  /** By a journal; of what a resumed run did again the later line stands. */
  static RunCost of(List<JsonNode> events) {
    Map<Integer, Double> updates = new TreeMap<>();
    Map<Integer, Double> refreshes = new TreeMap<>();
    for (JsonNode event : events) {
      double seconds = event.path("seconds").asDouble(0);
      switch (event.path("event").asString("")) {
        case "update" -> updates.put(event.path("update").asInt(), seconds);
        case "refresh" -> refreshes.put(event.path("epoch").asInt(), seconds);
        default -> {}
      }
    }
    return new RunCost(updates.size(), sum(updates) + sum(refreshes));
  }

  private static double sum(Map<Integer, Double> seconds) {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Seconds of an update, its share of the order's measurements in it. */
  double perUpdate() {
    return seconds / updates;
  }
}
