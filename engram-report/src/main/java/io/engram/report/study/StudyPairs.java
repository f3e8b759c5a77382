package io.engram.report.study;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.report.figure.Figure;
import io.engram.report.figure.Vega;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Points (x, y), separate or joined by lines, with their errors as far as known. */
final class StudyPairs {
  private static final int HEIGHT = 320;

  /** A line with more points has no dots. */
  private static final int FEW = 15;

  /** With this many points, dots are small. */
  private static final int MANY = 100;

  private StudyPairs() {}

  static Figure.Panel panel(StudyFigure figure, List<StudyRow> rows) {
    // A layer without rows has no extent, which makes Vega warn.
    List<String> layers = new ArrayList<>();
    if (rows.stream().anyMatch(StudyRow::background)) {
      layers.add(behind(figure));
    }
    if (rows.stream().anyMatch(row -> !row.background() && row.low() != null)) {
      layers.add(figure.kind() == Kind.LINE ? bands(figure) : errorBars(figure));
    }
    if (rows.stream().anyMatch(row -> !row.background())) {
      if (figure.kind() == Kind.LINE) {
        layers.add(lines(figure));
      }
      layers.add(points(figure, rows));
    }
    String view =
        "{\"encoding\": {\"x\": {\"field\": \"x\", %s}, \"y\": {\"field\": \"y\", %s}}, \"layer\": [%s]}"
            .formatted(
                StudyFigures.StudyAxis.of(figure.x(), rows.stream().map(StudyRow::x).toList()),
                StudyFigures.StudyAxis.of(
                    figure.y(), rows.stream().map(StudyRow::y).filter(Objects::nonNull).toList()),
                String.join(", ", layers));
    String description =
        "%s against %s: %d points."
            .formatted(StudyFigures.title(figure.y()), StudyFigures.title(figure.x()), rows.size());
    return new Figure.Panel("", Vega.spec(description, HEIGHT, view, rows));
  }

  private static String behind(StudyFigure figure) {
    return """
    {"transform": [{"filter": "datum.background"}],
     "mark": %s, "encoding": {"detail": {"field": "series"}, "tooltip": {"field": "series"}}}\
    """
        .formatted(
            figure.kind() == Kind.LINE
                ? "{\"type\": \"line\", \"color\": \"var(--before)\", \"strokeWidth\": 1,"
                    + " \"opacity\": 0.35}"
                : "{\"type\": \"point\", \"filled\": true, \"color\": \"var(--before)\", \"size\":"
                    + " 18, \"opacity\": 0.35}");
  }

  private static String bands(StudyFigure figure) {
    return """
    {"transform": [{"filter": "!datum.background && datum.low !== null"}],
     "mark": {"type": "area", "opacity": 0.16, "line": false},
     "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}, "fill": %s}}\
    """
        .formatted(StudyFigures.byColour(figure));
  }

  private static String errorBars(StudyFigure figure) {
    return """
    {"transform": [{"filter": "!datum.background && datum.low !== null"}],
     "mark": {"type": "rule", "opacity": 0.55},
     "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}, "stroke": %s}}\
    """
        .formatted(StudyFigures.byColour(figure));
  }

  private static String lines(StudyFigure figure) {
    return """
    {"transform": [{"filter": "!datum.background"}], "mark": {"type": "line", "strokeWidth": 2},
     "encoding": {"stroke": %s}}\
    """
        .formatted(StudyFigures.byColour(figure));
  }

  /** Invisible on long lines, where they only serve as targets for tooltips. */
  private static String points(StudyFigure figure, List<StudyRow> rows) {
    boolean line = figure.kind() == Kind.LINE;
    boolean hidden =
        line && StudyFigures.named(figure).stream().anyMatch(one -> one.points().size() > FEW);
    return """
    {"transform": [{"filter": "!datum.background"}],
     "mark": {"type": "point", "filled": true, "size": %d, "opacity": %s},
     "encoding": {"fill": %s, "shape": %s, "tooltip": [%s {"field": "series"},
       {"field": "x", "title": %s, "format": ".4~g"}, {"field": "y", "title": %s, "format": ".4~g"}]}}\
    """
        .formatted(
            rows.size() > MANY ? 24 : 46,
            hidden ? "0" : line ? "1" : "0.75",
            StudyFigures.byColour(figure),
            StudyFigures.byShape(figure),
            rows.stream().anyMatch(row -> row.label() != null) ? "{\"field\": \"label\"}," : "",
            Vega.json(StudyFigures.title(figure.x())),
            Vega.json(StudyFigures.title(figure.y())));
  }
}
