package io.engram.report.study;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.text.NumberText;
import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.Figure;
import io.engram.report.figure.Histogram;
import io.engram.report.figure.Palette;
import io.engram.report.figure.Vega;
import java.util.ArrayList;
import java.util.List;

/** Counts in bins that all series share, one picture per series. */
final class StudyHistogram {
  private static final int HEIGHT = 220;

  private StudyHistogram() {}

  /** One bar. */
  record Bar(double from, double to, int count) {}

  static List<Figure.Panel> panels(StudyFigure figure, List<StudyRow> rows) {
    Histogram bins = bins(rows);
    List<Figure.Panel> panels = new ArrayList<>();
    for (int i = 0; i < figure.series().size(); i++) {
      Series series = figure.series().get(i);
      List<Bar> bars =
          bins.bins().stream()
              .map(bin -> new Bar(bin.from(), bin.to(), count(bin, series, rows)))
              .toList();
      String view = view(figure, bins.logarithmic(), Palette.colour(i, figure.series().size()));
      String description =
          "Histogram of %s, %s.".formatted(StudyFigures.title(figure.x()), series.label());
      panels.add(
          new Figure.Panel(
              figure.series().size() == 1 ? "" : series.label(),
              Vega.spec(description, HEIGHT, view, bars)));
    }
    return panels;
  }

  static DataTable table(StudyFigure figure, List<StudyRow> rows) {
    List<DataTable.Column> columns = new ArrayList<>();
    columns.add(DataTable.numbers(figure.x().label() + " from", figure.x().unit()));
    columns.add(DataTable.numbers("to below", figure.x().unit()));
    figure.series().forEach(one -> columns.add(DataTable.numbers(one.label(), "count")));
    List<List<Cell>> cells = new ArrayList<>();
    for (Histogram.Bin bin : bins(rows).bins()) {
      List<Cell> row = new ArrayList<>();
      row.add(Cell.text(NumberText.significant(bin.from())));
      row.add(Cell.text(NumberText.significant(bin.to())));
      figure.series().forEach(one -> row.add(Cell.count(count(bin, one, rows))));
      cells.add(row);
    }
    return new DataTable("The bins and their counts", false, columns, cells);
  }

  private static Histogram bins(List<StudyRow> rows) {
    return Histogram.of(rows.stream().mapToDouble(StudyRow::x).toArray());
  }

  private static int count(Histogram.Bin bin, Series series, List<StudyRow> rows) {
    return (int)
        rows.stream()
            .filter(row -> row.series().equals(series.label()))
            .filter(row -> row.x() >= bin.from() && row.x() < bin.to())
            .count();
  }

  private static String view(StudyFigure figure, boolean log, String colour) {
    return """
    {"mark": {"type": "rect", "color": "%s", "stroke": "var(--surface)", "strokeWidth": 1},
     "encoding": {
       "x": {"field": "from", "type": "quantitative", "title": %s, "scale": {%s}, "axis": {"tickCount": 6, "format": "~g"}},
       "x2": {"field": "to"},
       "y": {"field": "count", "type": "quantitative", "title": %s, "scale": {"domainMin": 0}, "axis": {"tickMinStep": 1, "tickCount": 5}},
       "y2": {"datum": 0},
       "tooltip": [{"field": "from", "format": ".3~g"}, {"field": "to", "format": ".3~g"}, {"field": "count"}]}}\
    """
        .formatted(
            colour,
            Vega.json(StudyFigures.title(figure.x())),
            log ? "\"type\": \"log\"" : "\"zero\": false",
            Vega.json(StudyFigures.title(figure.y())));
  }
}
