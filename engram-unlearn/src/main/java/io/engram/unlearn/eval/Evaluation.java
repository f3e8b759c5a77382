package io.engram.unlearn.eval;

import io.engram.core.run.Measurement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a suite found.
 *
 * @param measurements the numbers; each is finite
 * @param rowsBySet every sample's row, a record of the suite's own, by the set's name
 * @param notes what a reader of the numbers should know: what judged, what couldn't be measured
 */
public record Evaluation(
    List<Measurement> measurements, Map<String, ? extends List<?>> rowsBySet, List<String> notes) {
  /** Copies all three; the sets keep their order. */
  public Evaluation {
    measurements = List.copyOf(measurements);
    Map<String, List<?>> copy = new LinkedHashMap<>();
    rowsBySet.forEach((set, rows) -> copy.put(set, List.copyOf(rows)));
    rowsBySet = copy;
    notes = List.copyOf(notes);
  }
}
