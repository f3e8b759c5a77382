package io.engram.report.figure;

import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Each measure behind UC and UT, before and after. */
public final class MeasuresFigure {
  private static final int ROW = 13;
  private static final int ROW_GAP = 14;

  private MeasuresFigure() {}

  /** A measure of a state; the ends of the error bar are null if the error is unknown. */
  record Dot(
      String measure,
      String series,
      double value,
      @Nullable Double low,
      @Nullable Double high,
      String text) {}

  /** Empty if nothing was measured. */
  public static Optional<Figure> of(List<RunContents> runs, String encoder) {
    List<Series> series = Series.of(runs);
    List<Figure.Panel> panels = new ArrayList<>();
    addPanel(panels, "Forgotten", Metric.FORGOTTEN, series);
    addPanel(panels, "Kept", Metric.KEPT, series);
    if (panels.isEmpty()) {
      return Optional.empty();
    }
    List<String> caption =
        List.of(
            "All measures run from 0 to 1 and higher is better on both sides; the first line of"
                + " each side is the mean of those below it. Bars are ±1 standard error over the"
                + " evaluated samples: if the bars of two states overlap widely, this"
                + " evaluation can't tell the states apart.",
            "UA and retain accuracy are judged by a sentence encoder: " + encoder + ".");
    return Optional.of(
        new Figure(
            "measures",
            "What UC and UT are made of",
            caption,
            Series.keys(series),
            panels,
            table(series)));
  }

  private static void addPanel(
      List<Figure.Panel> panels, String title, List<Metric> metrics, List<Series> series) {
    List<Dot> dots = new ArrayList<>();
    for (Metric metric : metrics) {
      for (Series state : series) {
        Score score = Score.of(state.run(), state.stage(), metric);
        if (score != null) {
          dots.add(dot(metric, state, score));
        }
      }
    }
    if (dots.isEmpty()) {
      return;
    }
    List<String> names = dots.stream().map(Dot::measure).distinct().toList();
    int height = names.size() * (ROW_GAP + ROW * series.size());
    String description = title + ": " + names.size() + " measures of " + series.size() + " states.";
    panels.add(new Figure.Panel(title, Vega.spec(description, height, view(names, series), dots)));
  }

  private static Dot dot(Metric metric, Series state, Score score) {
    Double error = score.standardError();
    return new Dot(
        metric.shortName(),
        state.label(),
        score.value(),
        error == null ? null : score.value() - error,
        error == null ? null : score.value() + error,
        score.text() + " (n = " + score.n() + ")");
  }

  private static String view(List<String> names, List<Series> series) {
    String order = Vega.json(series.stream().map(Series::label).toList());
    return """
    {
      "encoding": {
        "y": {"field": "measure", "type": "nominal", "title": null, "sort": %s,
              "scale": {"paddingInner": 0.3},
              "axis": {"grid": true, "tickBand": "extent", "ticks": false, "domain": false, "labelPadding": 8,
                "labelFontWeight": {"condition": {"test": "datum.value === '%s'", "value": 650}, "value": 400}}},
        "yOffset": {"field": "series", "sort": %s}
      },
      "layer": [
        {"mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.8},
         "encoding": {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"},
           %s}},
        {"mark": {"type": "point", "size": 60, "strokeWidth": 1.8, "opacity": 1},
         "encoding": {
           "x": {"field": "value", "type": "quantitative", "title": "score, 0 to 1",
                 "scale": {"domain": [0, 1]}, "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "format": ".2~f", "grid": true}},
           %s,
           "tooltip": [{"field": "measure"}, {"field": "series", "title": "state"}, {"field": "text", "title": "score"}]}}
      ]
    }\
    """
        .formatted(
            Vega.json(names),
            names.get(0),
            order,
            Series.strokeEncoding(series),
            Series.encoding(series));
  }

  private static DataTable table(List<Series> series) {
    List<DataTable.Column> columns = new ArrayList<>();
    columns.add(DataTable.words("Measure"));
    columns.add(DataTable.words("What it says"));
    series.forEach(s -> columns.add(DataTable.numbers(s.label(), "± 1 SE")));
    columns.add(DataTable.numbers("n", "samples"));
    List<List<Cell>> rows = new ArrayList<>();
    for (List<Metric> side : List.of(Metric.FORGOTTEN, Metric.KEPT)) {
      side.forEach(metric -> addRow(rows, metric, series));
    }
    return new DataTable("Every measure, before and after", true, columns, rows);
  }

  private static void addRow(List<List<Cell>> rows, Metric metric, List<Series> series) {
    List<Cell> row = new ArrayList<>();
    row.add(Cell.text(metric.shortName()));
    row.add(Cell.text(metric.meaning()));
    int n = 0;
    for (Series state : series) {
      Score score = Score.of(state.run(), state.stage(), metric);
      n = score == null ? n : Math.max(n, score.n());
      row.add(score == null ? Cell.none() : Cell.score(score));
    }
    row.add(Cell.count(n));
    if (n > 0) {
      rows.add(row);
    }
  }
}
