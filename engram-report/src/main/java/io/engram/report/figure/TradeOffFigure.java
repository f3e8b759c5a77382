package io.engram.report.figure;

import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Unlearning completeness against model utility: the whole result in one picture. */
public final class TradeOffFigure {
  private static final int HEIGHT = 300;

  private TradeOffFigure() {}

  /** A state of a model; the ends of its error bars are null if the error is unknown. */
  record Point(
      String series,
      String run,
      int step,
      double uc,
      double ut,
      @Nullable Double ucLow,
      @Nullable Double ucHigh,
      @Nullable Double utLow,
      @Nullable Double utHigh) {}

  /** Empty if no state has both numbers. */
  public static Optional<Figure> of(List<RunContents> runs) {
    List<Series> series = Series.of(runs);
    List<Point> points = new ArrayList<>();
    for (RunContents run : runs) {
      points.addAll(path(run, series));
    }
    if (points.isEmpty()) {
      return Optional.empty();
    }
    boolean epochs = runs.stream().anyMatch(run -> !run.epochStages().isEmpty());
    List<String> caption =
        List.of(
            "Right is more forgotten, up is more kept: a good run moves to the right without"
                + " falling. Each line leads from the state before to the state after"
                + (epochs ? ", with a dot for each evaluation between" : "")
                + "; the thin crosses are ±1 standard error"
                + " over the evaluated samples (dotted in the table: an upper bound of it).",
            "The axes do not start at 0.");
    Figure.Panel panel =
        new Figure.Panel("", Vega.spec(description(points), HEIGHT, view(series, runs), points));
    return Optional.of(
        new Figure(
            "trade-off",
            "Forgetting against keeping",
            caption,
            Series.keys(series),
            List.of(panel),
            table(series)));
  }

  private static List<Point> path(RunContents run, List<Series> series) {
    List<String> stages = new ArrayList<>(List.of(RunContents.BEFORE));
    stages.addAll(run.epochStages().values());
    stages.add(RunContents.AFTER);
    List<Point> points = new ArrayList<>();
    for (int step = 0; step < stages.size(); step++) {
      String stage = stages.get(step);
      Score uc = Score.of(run, stage, Metric.COMPLETENESS);
      Score ut = Score.of(run, stage, Metric.UTILITY);
      if (uc != null && ut != null) {
        points.add(point(name(run, stage, series), run.label(), step, uc, ut));
      }
    }
    return points;
  }

  private static String name(RunContents run, String stage, List<Series> series) {
    return series.stream()
        .filter(s -> s.stage().equals(stage) && (s.run().equals(run) || s.label().equals("before")))
        .map(Series::label)
        .findFirst()
        .orElse(stage + ", " + run.label());
  }

  private static Point point(String series, String run, int step, Score uc, Score ut) {
    Double ucError = uc.standardError();
    Double utError = ut.standardError();
    return new Point(
        series,
        run,
        step,
        uc.value(),
        ut.value(),
        ucError == null ? null : uc.value() - ucError,
        ucError == null ? null : uc.value() + ucError,
        utError == null ? null : ut.value() - utError,
        utError == null ? null : ut.value() + utError);
  }

  private static String description(List<Point> points) {
    return "Model utility (up) against unlearning completeness (right) for %d states."
        .formatted(points.stream().map(Point::series).distinct().count());
  }

  private static String view(List<Series> series, List<RunContents> runs) {
    List<String> labels = runs.stream().map(RunContents::label).toList();
    List<String> colours = new ArrayList<>();
    runs.forEach(run -> colours.add(Palette.colour(run.look().index())));
    String ends = Vega.json(series.stream().map(Series::label).toList());
    return """
    {
      "encoding": {
        "x": {"field": "uc", "type": "quantitative", "title": "UC → more forgotten", "axis": {"tickCount": 6},
              "scale": {"zero": false, "padding": 24}},
        "y": {"field": "ut", "type": "quantitative", "title": "UT → more kept",
              "scale": {"zero": false, "padding": 24}}
      },
      "layer": [
        {"mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.6, "point": {"size": 14}},
         "encoding": {"order": {"field": "step"},
           "color": {"field": "run", "legend": null, "scale": {"domain": %s, "range": %s}}}},
        {"mark": {"type": "rule", "color": "var(--ink-2)", "opacity": 0.7},
         "encoding": {"x": {"field": "ucLow", "type": "quantitative"}, "x2": {"field": "ucHigh"}}},
        {"mark": {"type": "rule", "color": "var(--ink-2)", "opacity": 0.7},
         "encoding": {"y": {"field": "utLow", "type": "quantitative"}, "y2": {"field": "utHigh"}}},
        {"transform": [{"filter": {"field": "series", "oneOf": %s}}],
         "mark": {"type": "point", "size": 130, "strokeWidth": 2, "opacity": 1},
         "encoding": {%s,
           "tooltip": [{"field": "series", "title": "state"},
             {"field": "uc", "title": "UC", "format": ".3f"},
             {"field": "ut", "title": "UT", "format": ".3f"}]}}
      ]
    }\
    """
        .formatted(Vega.json(labels), Vega.json(colours), ends, Series.encoding(series));
  }

  private static DataTable table(List<Series> series) {
    List<List<Cell>> rows = new ArrayList<>();
    for (Series state : series) {
      Score uc = Score.of(state.run(), state.stage(), Metric.COMPLETENESS);
      Score ut = Score.of(state.run(), state.stage(), Metric.UTILITY);
      if (uc != null && ut != null) {
        rows.add(List.of(Cell.text(state.label()), Cell.score(uc), Cell.score(ut)));
      }
    }
    return new DataTable(
        "UC and UT of each state",
        true,
        List.of(
            DataTable.words("State"),
            DataTable.numbers("UC", "± 1 SE"),
            DataTable.numbers("UT", "± 1 SE")),
        rows);
  }
}
