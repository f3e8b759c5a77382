package io.engram.cli.output;

import io.engram.core.run.LeadingMeasures;
import io.engram.core.run.Measurement;
import io.engram.core.run.TrialSummary;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Measurements of one run, or of several trials, as tables with a line per metric and a column per
 * stage.
 */
public final class MeasurementText {
  /** This stage is evaluated once for all trials, so it has no standard deviation. */
  private static final String BEFORE = "before";

  private MeasurementText() {}

  /**
   * The stages in the order in which they were measured, then which encoder judged what; empty if
   * there are no measurements.
   */
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

  /** A line for each encoder or classifier with the metrics that depend on it. */
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

  /** {@code 0.8525 ± 0.018}; without an error if it is unknown. */
  public static String value(Measurement measurement) {
    Double error = measurement.standardError();
    return NumberText.plain(measurement.value())
        + (error == null ? "" : " ± " + NumberText.plainError(error));
  }

  /** Mean ± standard deviation between trials; empty if there are no metrics. */
  public static String ofTrials(List<TrialSummary> summaries) {
    if (summaries.isEmpty()) {
      return "";
    }
    Map<String, List<TrialSummary>> metrics = new LinkedHashMap<>();
    summaries.forEach(s -> metrics.computeIfAbsent(s.metric(), id -> new ArrayList<>()).add(s));
    int trials = summaries.get(0).n();
    StageTable table =
        new StageTable(
            metrics.values().stream().map(MeasurementText::ofTrial).toList(),
            stage -> heading(stage, trials));
    return table
        + (trials == 1
            ? "\nOne trial, so there is no standard deviation"
            : "\nSD: standard deviation between %d trials with different seeds".formatted(trials))
        + "; n: samples of each trial";
  }

  private static String heading(String stage, int trials) {
    if (stage.equals(BEFORE)) {
      return stage;
    }
    return trials == 1 ? stage : "%s: mean ± SD of %d trials".formatted(stage, trials);
  }

  private static StageTable.Line ofTrial(List<TrialSummary> ofMetric) {
    TrialSummary first = ofMetric.get(0);
    Map<String, String> byStage = new LinkedHashMap<>();
    ofMetric.forEach(summary -> byStage.put(summary.stage(), value(summary)));
    return new StageTable.Line(
        first.suite(),
        first.metric(),
        first.better(),
        first.unit(),
        ofMetric.stream().map(TrialSummary::samples).distinct().toList(),
        byStage);
  }

  private static String value(TrialSummary summary) {
    Double deviation = summary.standardDeviation();
    String mean = NumberText.plain(summary.mean());
    return deviation == null || summary.stage().equals(BEFORE)
        ? mean
        : mean + " ± " + NumberText.plainError(deviation);
  }

  /**
   * Metrics as text: a table per suite, a line per metric, a column per stage. Stages that would
   * make a table wider than {@value #WIDTH} characters go to another table below.
   */
  private static final class StageTable {
    /** Width that most terminals show without breaking lines. */
    private static final int WIDTH = 100;

    private final List<Line> lines;
    private final UnaryOperator<String> heading;

    /**
     * A metric.
     *
     * @param metric its id, which usually begins with the suite's name
     * @param n number of samples; several numbers if the stages differ
     * @param byStage the text in each stage's column
     */
    record Line(
        String suite,
        String metric,
        String better,
        String unit,
        List<Integer> n,
        Map<String, String> byStage) {
      /** The id without the suite's name, which is the table's heading. */
      String name() {
        return metric.startsWith(suite + ".") ? metric.substring(suite.length() + 1) : metric;
      }

      String count() {
        return String.join(", ", n.stream().map(String::valueOf).toList());
      }
    }

    /**
     * Tables of all suites.
     *
     * @param heading makes the heading of a stage's column
     */
    StageTable(List<Line> lines, UnaryOperator<String> heading) {
      this.lines = List.copyOf(lines);
      this.heading = heading;
    }

    /** The tables with an empty line between them; no line break at the end. */
    @Override
    public String toString() {
      List<String> tables = new ArrayList<>();
      for (String suite : lines.stream().map(Line::suite).distinct().toList()) {
        List<Line> own =
            LeadingMeasures.first(
                lines.stream().filter(line -> line.suite().equals(suite)).toList(), Line::metric);
        List<String> stages =
            own.stream().flatMap(line -> line.byStage().keySet().stream()).distinct().toList();
        addFitting(tables, own, stages);
      }
      return String.join("\n\n", tables);
    }

    private void addFitting(List<String> into, List<Line> own, List<String> stages) {
      int from = 0;
      for (int to = 1; to <= stages.size(); to++) {
        boolean last = to == stages.size();
        if (last || table(own, stages.subList(from, to + 1)).width() > WIDTH) {
          into.add(table(own, stages.subList(from, to)).toString());
          from = to;
        }
      }
    }

    private Table table(List<Line> own, List<String> stages) {
      Table table =
          new Table(
              Stream.concat(
                      Stream.of(own.get(0).suite(), "better", "unit", "n"),
                      stages.stream().map(heading))
                  .toArray(String[]::new));
      for (Line line : own) {
        table.row(
            Stream.concat(
                    Stream.of(line.name(), line.better(), line.unit(), line.count()),
                    stages.stream().map(stage -> line.byStage().getOrDefault(stage, "")))
                .toArray(String[]::new));
      }
      return table;
    }
  }
}
