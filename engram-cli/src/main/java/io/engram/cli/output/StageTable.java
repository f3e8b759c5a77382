package io.engram.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Measures as text: a table a suite, a line a metric, a column a stage. Stages that make a table
 * wider than {@value #WIDTH} characters go into a further one below.
 */
final class StageTable {
  /** What most terminals show without breaking lines. */
  static final int WIDTH = 100;

  private final List<Line> lines;
  private final UnaryOperator<String> heading;

  /**
   * A metric.
   *
   * @param metric its id, which begins with the suite's name as a rule
   * @param n samples, several numbers where the stages differ
   * @param byStage what stands in each stage's column
   */
  record Line(
      String suite,
      String metric,
      String better,
      String unit,
      List<Integer> n,
      Map<String, String> byStage) {
    /** The id without the suite's name, which stands above. */
    String name() {
      return metric.startsWith(suite + ".") ? metric.substring(suite.length() + 1) : metric;
    }

    String count() {
      return String.join(", ", n.stream().map(String::valueOf).toList());
    }
  }

  /**
   * Of all suites.
   *
   * @param heading of a stage's column
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
      List<Line> own = lines.stream().filter(line -> line.suite().equals(suite)).toList();
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
