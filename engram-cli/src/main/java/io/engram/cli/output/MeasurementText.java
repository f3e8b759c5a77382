package io.engram.cli.output;

import io.engram.core.run.Measurement;
import io.engram.core.stats.SignificantDigits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Measurements as a table: a line a metric, a column a stage; then what judged which. */
public final class MeasurementText {
  private MeasurementText() {}

  /** The stages in the order they were measured; empty where there are no measurements. */
  public static String byStage(List<Measurement> measurements) {
    List<String> stages = measurements.stream().map(Measurement::stage).distinct().toList();
    List<String> headings = new ArrayList<>(List.of("metric", "better"));
    headings.addAll(stages);
    Table table = new Table(headings.toArray(String[]::new));
    for (String metric : measurements.stream().map(Measurement::metric).distinct().toList()) {
      table.row(line(measurements, metric, stages));
    }
    return stages.isEmpty() ? "" : table + judges(measurements);
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

  private static String[] line(List<Measurement> all, String metric, List<String> stages) {
    List<String> cells = new ArrayList<>();
    cells.add(metric);
    all.stream()
        .filter(m -> m.metric().equals(metric))
        .findFirst()
        .ifPresent(m -> cells.add(m.better()));
    stages.forEach(stage -> cells.add(value(all, metric, stage)));
    return cells.toArray(String[]::new);
  }

  private static String value(List<Measurement> all, String metric, String stage) {
    Optional<Measurement> found =
        all.stream().filter(m -> m.metric().equals(metric) && m.stage().equals(stage)).findFirst();
    return found.map(MeasurementText::value).orElse("");
  }

  /** {@code 0.8525 ± 0.0177}. */
  private static String value(Measurement measurement) {
    Double error = measurement.standardError();
    return SignificantDigits.of(measurement.value())
        + (error == null ? "" : " ± " + SignificantDigits.of(error));
  }
}
