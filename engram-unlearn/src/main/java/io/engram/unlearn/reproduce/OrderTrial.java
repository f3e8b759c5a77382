package io.engram.unlearn.reproduce;

import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What one run of an order came to, by the end points of {@link OrderExperiment}; all of them are
 * NaN where the run never got there.
 *
 * @param updates until the share of the samples that the recipe asks for is forgotten, linear
 *     between two checks
 * @param utility model utility where the mean extraction strength reaches that of the model that
 *     never saw the samples, linear between two evaluations
 * @param keepLoss rise of the loss on samples to keep there, nats a token
 * @param worst largest mean log-probability of a sample at the end, nats a token
 * @param spread standard deviation of the samples' mean log-probabilities at the end
 */
record OrderTrial(double updates, double utility, double keepLoss, double worst, double spread) {
  private static final String UTILITY = "tofu.model_utility_mean";

  /**
   * Reads a finished run.
   *
   * @param share share of the samples to be forgotten
   * @param strength extraction strength at which forgetting is matched
   * @param perEpoch updates in an epoch
   */
  static OrderTrial read(Path folder, double share, double strength, int perEpoch) {
    try (RunFolder run = RunFolder.read(folder)) {
      List<JsonNode> journal = run.journal().read();
      TreeMap<Integer, Double> forgotten = series(journal, "check", "forgotten");
      TreeMap<Integer, Double> strengths = series(journal, "check", "extraction_strength_mean");
      TreeMap<Integer, Double> kept = series(journal, "keep", "loss");
      double matched = crossing(strengths, strength, false);
      double updates = crossing(forgotten, share * run.samples().size(), true);
      double[] logProbs =
          run.samples().stream().mapToDouble(row -> row.logProbAfter() / row.tokens()).toArray();
      boolean missed = Double.isNaN(updates);
      return new OrderTrial(
          updates,
          at(utilities(run.measurements(), saved(journal), perEpoch), matched),
          kept.isEmpty() ? Double.NaN : at(kept, matched) - kept.firstEntry().getValue(),
          missed ? Double.NaN : Arrays.stream(logProbs).max().orElse(Double.NaN),
          missed ? Double.NaN : spread(logProbs));
    }
  }

  private static double spread(double[] values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    return Math.sqrt(
        Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (values.length - 1));
  }

  /** A field of an event by the update; where a resumed run repeated it, the later counts. */
  private static TreeMap<Integer, Double> series(
      List<JsonNode> journal, String event, String field) {
    TreeMap<Integer, Double> series = new TreeMap<>();
    for (JsonNode line : journal) {
      if (line.path("event").asString("").equals(event) && line.path(field).isNumber()) {
        series.put(line.path("update").asInt(0), JsonFiles.number(line.path(field)));
      }
    }
    return series;
  }

  /** The update after which the model was saved: that of the best check, or the last. */
  private static int saved(List<JsonNode> journal) {
    int saved = 0;
    for (JsonNode line : journal) {
      String event = line.path("event").asString("");
      if (event.equals("update") || event.equals("best")) {
        saved = line.path("update").asInt(0);
      }
    }
    return saved;
  }

  private static TreeMap<Integer, Double> utilities(
      List<Measurement> measured, int saved, int perEpoch) {
    TreeMap<Integer, Double> series = new TreeMap<>();
    for (Measurement one : measured) {
      if (one.metric().equals(UTILITY)) {
        String stage = one.stage();
        int update =
            switch (stage) {
              case "before" -> 0;
              case "after" -> saved;
              default -> Integer.parseInt(stage.substring("epoch-".length())) * perEpoch;
            };
        series.put(update, one.value());
      }
    }
    return series;
  }

  /**
   * Where a series first reaches a level, linear between its points.
   *
   * @param up whether it comes from below
   * @return NaN if it never does
   */
  static double crossing(TreeMap<Integer, Double> series, double level, boolean up) {
    int before = 0;
    double was = Double.NaN;
    for (var point : series.entrySet()) {
      double is = point.getValue();
      if (up ? is >= level - 1e-9 : is <= level) {
        return Double.isNaN(was) || is == was
            ? point.getKey()
            : before + (level - was) / (is - was) * (point.getKey() - before);
      }
      before = point.getKey();
      was = is;
    }
    return Double.NaN;
  }

  /** The value of a series at a place, linear between its points; NaN outside of them. */
  static double at(TreeMap<Integer, Double> series, double place) {
    if (Double.isNaN(place)) {
      return Double.NaN;
    }
    var low = series.floorEntry((int) Math.floor(place));
    var high = series.ceilingEntry((int) Math.ceil(place));
    if (low == null || high == null) {
      return Double.NaN;
    }
    double way = high.getKey() - low.getKey();
    return way == 0
        ? low.getValue()
        : low.getValue() + (place - low.getKey()) / way * (high.getValue() - low.getValue());
  }
}
