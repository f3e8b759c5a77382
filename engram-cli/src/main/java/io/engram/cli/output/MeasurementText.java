package io.engram.cli.output;

import io.engram.core.run.Measurement;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measurements as tables: a line a metric, a column a stage; then what judged which. */
public final class MeasurementText {
  private MeasurementText() {}

  /** The stages in the order they were measured; empty where there are no measurements. */
  public static String byStage(List<Measurement> measurements) {
    if (measurements.isEmpty()) {
      return "";
    }
    Map<String, List<Measurement>> metrics = new LinkedHashMap<>();
    measurements.forEach(m -> metrics.computeIfAbsent(m.metric(), id -> new ArrayList<>()).add(m));
    StageTable table =
        new StageTable(
            metrics.values().stream().map(MeasurementText::line).toList(),
            stage -> stage + " ± SE");
    return table + "\nSE: standard error, over the n samples" + judges(measurements);
  }

  /** A line for each encoder that judged with the metrics that rest on it. */
  private static String judges(List<Measurement> measurements) {
    Map<String, Set<String>> metrics = new LinkedHashMap<>();
    for (Measurement measurement : measurements) {
      String judge = measurement.judgedBy();
      if (judge != null) {
        metrics.computeIfAbsent(judge, j -> new LinkedHashSet<>()).add(measurement.metric());
      }
    }
    StringBuilder lines = new StringBuilder();
    metrics.forEach(
        (judge, judged) ->
            lines
                .append("\nJudged by ")
                .append(judge)
                .append(": ")
                .append(String.join(", ", judged)));
    return lines.toString();
  }

  private static StageTable.Line line(List<Measurement> ofMetric) {
    Measurement first = ofMetric.get(0);
    Map<String, String> byStage = new LinkedHashMap<>();
    ofMetric.forEach(m -> byStage.putIfAbsent(m.stage(), value(m)));
    return new StageTable.Line(
        first.suite(),
        first.metric(),
        first.better(),
        first.unit(),
        ofMetric.stream().map(Measurement::n).distinct().toList(),
        byStage);
  }

  /** {@code 0.8525 ± 0.018}; without an error where none is known. */
  public static String value(Measurement measurement) {
    Double error = measurement.standardError();
    return NumberText.plain(measurement.value())
        + (error == null ? "" : " ± " + NumberText.plainError(error));
  }
}
