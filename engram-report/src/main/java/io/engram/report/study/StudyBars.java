package io.engram.report.study;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Series;
import io.engram.report.figure.Figure;
import io.engram.report.figure.Vega;
import java.util.List;

/** Named rows: bars, or estimates with their intervals (a forest), from top to bottom. */
final class StudyBars {
  /** Maximum letters of a row's name per line. */
  private static final int WIDTH = 24;

  private static final int LINE_HEIGHT = 15;
  private static final int ROW_SPACE = 12;
  private static final int AXIS_SPACE = 20;

  private StudyBars() {}

  static Figure.Panel panel(StudyFigure figure, List<StudyRow> rows) {
    List<StudyRow> wrapped = rows.stream().map(StudyBars::wrapped).toList();
    List<String> labels =
        wrapped.stream().map(row -> String.valueOf(row.label())).distinct().toList();
    List<String> series = StudyFigures.named(figure).stream().map(Series::label).toList();
    String row =
        """
        "y": {"field": "label", "type": "nominal", "title": null, "scale": {"domain": %s},
              "axis": {"labelExpr": "split(datum.label, '\\\\n')", "labelLimit": 400, "ticks": false,
                       "domain": false, "labelPadding": 8, "grid": false}}%s\
        """
            .formatted(
                Vega.json(labels),
                series.size() < 2
                    ? ""
                    : ", \"yOffset\": {\"field\": \"series\", \"scale\": {\"domain\": %s}}"
                        .formatted(Vega.json(series)));
    String view =
        "{\"encoding\": {\"x\": {\"field\": \"x\", %s}}, \"layer\": [%s, %s, %s]}"
            .formatted(
                axis(figure, rows),
                figure.x().log() ? "{\"mark\": {\"type\": \"point\", \"opacity\": 0}}" : ZERO,
                figure.kind() == Kind.BAR ? bars(figure, row) : intervals(figure, row),
                figure.kind() == Kind.BAR ? barErrors(row) : estimates(figure, row));
    String description = "%s of %d rows.".formatted(StudyFigures.title(figure.x()), labels.size());
    return new Figure.Panel(
        "", Vega.spec(description, height(labels, series.size()), view, wrapped));
  }

  private static final String ZERO =
      """
      {"mark": {"type": "rule", "color": "var(--ink-2)", "strokeDash": [2, 3]},
       "data": {"values": [{}]}, "encoding": {"x": {"datum": 0}}}\
      """;

  private static String axis(StudyFigure figure, List<StudyRow> rows) {
    return StudyFigures.StudyAxis.of(figure.x(), rows.stream().map(StudyRow::x).toList())
        .replace("\"tickCount\": 6", "\"tickCount\": 6, \"grid\": true");
  }

  private static String bars(StudyFigure figure, String row) {
    return """
    {"mark": {"type": "bar"}, "encoding": {%s, "fill": %s, %s}}\
    """
        .formatted(row, StudyFigures.byColour(figure), tooltip(figure));
  }

  private static String barErrors(String row) {
    return """
    {"transform": [{"filter": "datum.low !== null"}],
     "mark": {"type": "rule", "color": "var(--ink)", "strokeWidth": 1.5},
     "encoding": {%s, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}}}\
    """
        .formatted(row);
  }

  private static String intervals(StudyFigure figure, String row) {
    return """
    {"transform": [{"filter": "datum.low !== null"}], "mark": {"type": "rule", "strokeWidth": 2},
     "encoding": {%s, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}, "stroke": %s}}\
    """
        .formatted(row, StudyFigures.byColour(figure));
  }

  private static String estimates(StudyFigure figure, String row) {
    return """
    {"mark": {"type": "point", "filled": true, "size": 80, "opacity": 1},
     "encoding": {%s, "fill": %s, "shape": %s, %s}}\
    """
        .formatted(
            row, StudyFigures.byColour(figure), StudyFigures.byShape(figure), tooltip(figure));
  }

  private static String tooltip(StudyFigure figure) {
    return """
    "tooltip": [{"field": "label", "title": %s}, {"field": "series"},
      {"field": "x", "title": %s, "format": ".4~g"}, {"field": "low", "format": ".4~g"}, {"field": "high", "format": ".4~g"}]\
    """
        .formatted(
            Vega.json(StudyFigures.title(figure.y())), Vega.json(StudyFigures.title(figure.x())));
  }

  private static int height(List<String> labels, int series) {
    int lines = labels.stream().mapToInt(label -> (int) label.lines().count()).max().orElse(1);
    return AXIS_SPACE + labels.size() * (ROW_SPACE + LINE_HEIGHT * Math.max(lines, series));
  }

  private static StudyRow wrapped(StudyRow row) {
    return new StudyRow(
        row.series(),
        row.background(),
        wrap(String.valueOf(row.label())),
        row.x(),
        row.y(),
        row.low(),
        row.high());
  }

  /** Breaks names at blanks, since a phone has little room beside the rows. */
  static String wrap(String label) {
    StringBuilder text = new StringBuilder();
    int column = 0;
    for (String word : label.strip().split("\\s+", -1)) {
      boolean next = column > 0 && column + 1 + word.length() > WIDTH;
      text.append(column == 0 ? "" : next ? "\n" : " ").append(word);
      column = next || column == 0 ? word.length() : column + 1 + word.length();
    }
    return text.toString();
  }
}
