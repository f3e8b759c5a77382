package io.engram.unlearn.run;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * The cost of a run's updates, read from its journal: the time of the updates and of the difficulty
 * measurements that order them. Evaluations and the stopping rule's checks do not count as
 * unlearning.
 *
 * @param updates number of updates made
 * @param seconds total time of them
 */
record RunCost(int updates, double seconds) {
  /**
   * Reads the cost from a journal. Where a resumed run repeated something, the later line counts.
   */
  static RunCost of(List<JsonNode> events) {
    Map<Integer, Double> updates = new TreeMap<>();
    Map<Integer, Double> refreshes = new TreeMap<>();
    for (JsonNode event : events) {
      double seconds = event.path("seconds").asDouble(0);
      switch (event.path("event").asString("")) {
        case "update" -> updates.put(event.path("update").asInt(0), seconds);
        case "refresh" -> refreshes.put(event.path("epoch").asInt(0), seconds);
        default -> {}
      }
    }
    return new RunCost(updates.size(), sum(updates) + sum(refreshes));
  }

  private static double sum(Map<Integer, Double> seconds) {
    return seconds.values().stream().mapToDouble(Double::doubleValue).sum();
  }

  /** Seconds per update, including its share of the difficulty measurements. */
  double perUpdate() {
    return seconds / updates;
  }
}
