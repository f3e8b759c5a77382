package io.engram.report.figure;

import io.engram.core.run.MrdRow;
import io.engram.core.run.SampleRow;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunWords;
import io.engram.report.text.WordList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** How often each sample was drawn: how the order spent the same number of updates. */
public final class DrawsFigure {
  private static final int HEIGHT = 230;

  private DrawsFigure() {}

  /** How many samples of a run were drawn this often. */
  record Bar(String run, int drawn, int samples) {}

  /** A sample's MRD at the start and its number of draws. */
  record Point(String run, String id, double mrd, int drawn) {}

  /** Empty if no run lists its samples. */
  public static Optional<Figure> of(List<RunContents> runs) {
    List<Bar> bars = runs.stream().flatMap(run -> bars(run).stream()).toList();
    if (bars.isEmpty()) {
      return Optional.empty();
    }
    List<Figure.Panel> panels = new ArrayList<>();
    panels.add(
        new Figure.Panel(
            "Samples by how often they were drawn",
            Vega.spec("Histogram of draws per sample.", HEIGHT, barView(runs, bars), bars)));
    List<Point> points = runs.stream().flatMap(run -> points(run, runs).stream()).toList();
    if (!points.isEmpty()) {
      panels.add(
          new Figure.Panel(
              "Draws against MRD at the start",
              Vega.spec("Draws of each sample against its MRD.", HEIGHT, pointView(runs), points)));
    }
    return Optional.of(
        new Figure(
            "draws",
            "How often each sample was drawn",
            caption(runs),
            keys(runs),
            panels,
            table(runs, bars)));
  }

  static List<Bar> bars(RunContents run) {
    Map<Integer, Integer> counts = new TreeMap<>();
    run.samples().forEach(sample -> counts.merge(sample.drawn(), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(e -> new Bar(run.label(), e.getKey(), e.getValue()))
        .toList();
  }

  private static List<Point> points(RunContents run, List<RunContents> runs) {
    Map<String, MrdRow> mrd = StartMrd.of(run, runs);
    List<Point> points = new ArrayList<>();
    for (SampleRow sample : run.samples()) {
      MrdRow row = mrd.get(sample.id());
      if (row != null && Double.isFinite(row.mrd())) {
        points.add(new Point(run.label(), sample.id(), row.mrd(), sample.drawn()));
      }
    }
    return points;
  }

  private static List<String> caption(List<RunContents> runs) {
    List<String> caption = new ArrayList<>();
    boolean uniform = runs.stream().allMatch(run -> run.order().equals(RunWords.UNIFORM));
    caption.add(
        uniform
            ? "Uniform order goes once through the samples each epoch, each with the same chance."
            : "Uniform order goes once through the set each epoch, unless it draws with"
                + " replacement, each sample with the same chance; MRD order draws with"
                + " replacement, with a chance that follows MRD. At the same number of updates,"
                + " more draws for some samples are fewer for others.");
    if (runs.stream().anyMatch(DrawsFigure::leavesOutForgotten)) {
      caption.add(
          "A sample that is found forgotten is not drawn while it stays so: what was drawn most"
              + " resisted longest, and what was never drawn met the rule from the start.");
    }
    for (RunContents run : runs) {
      if (!run.samples().isEmpty()) {
        caption.add(spread(run));
      }
    }
    return caption;
  }

  private static boolean leavesOutForgotten(RunContents run) {
    return run.journal().checks().stream()
        .anyMatch(check -> check.drawnFrom() > 0 && check.drawnFrom() < check.samples());
  }

  static String spread(RunContents run) {
    int[] drawn = run.samples().stream().mapToInt(SampleRow::drawn).sorted().toArray();
    long never = IntStream.of(drawn).filter(d -> d == 0).count();
    int least = drawn[0];
    int most = drawn[drawn.length - 1];
    String each =
        least == most
            ? "every sample %d times".formatted(least)
            : "between %d and %d times a sample".formatted(least, most);
    return "%s: %d draws in all, %s%s."
        .formatted(
            WordList.capitalised(run.label()),
            IntStream.of(drawn).sum(),
            each,
            never == 0 ? "" : "; %d of %d never".formatted(never, drawn.length));
  }

  private static List<Figure.Key> keys(List<RunContents> runs) {
    return runs.stream().map(Series::keyOf).distinct().toList();
  }

  private static String scale(List<RunContents> runs, boolean shapes) {
    List<String> range =
        runs.stream()
            .map(run -> run.look().index())
            .map(i -> shapes ? Palette.shape(i) : Palette.colour(i))
            .toList();
    return "{\"field\": \"run\", \"legend\": null, \"scale\": {\"domain\": %s, \"range\": %s}}"
        .formatted(Vega.json(runs.stream().map(RunContents::label).toList()), Vega.json(range));
  }

  private static String barView(List<RunContents> runs, List<Bar> bars) {
    int most = bars.stream().mapToInt(Bar::drawn).max().orElse(0);
    int least = bars.stream().mapToInt(Bar::drawn).min().orElse(0);
    List<Integer> domain = IntStream.rangeClosed(least, most).boxed().toList();
    return """
    {
      "mark": {"type": "bar"},
      "encoding": {
        "x": {"field": "drawn", "type": "ordinal", "title": "times drawn", "scale": {"domain": %s},
              "axis": {"labelAngle": 0, "labelOverlap": true}},
        "xOffset": {"field": "run", "scale": {"domain": %s}},
        "y": {"field": "samples", "type": "quantitative", "title": "samples", "axis": {"tickMinStep": 1}},
        "color": %s,
        "tooltip": [{"field": "run"}, {"field": "drawn", "title": "times drawn"}, {"field": "samples"}]
      }
    }\
    """
        .formatted(
            Vega.json(domain),
            Vega.json(runs.stream().map(RunContents::label).toList()),
            scale(runs, false));
  }

  private static String pointView(List<RunContents> runs) {
    return """
    {
      "mark": {"type": "point", "filled": true, "size": 40, "opacity": 0.7},
      "encoding": {
        "x": {"field": "mrd", "type": "quantitative", "title": "MRD at the start (hard ← → easy)", "scale": {"zero": false}, "axis": {"tickCount": 6}},
        "y": {"field": "drawn", "type": "quantitative", "title": "times drawn", "axis": {"tickMinStep": 1}},
        "color": %s,
        "shape": %s,
        "tooltip": [{"field": "run"}, {"field": "id", "title": "sample"},
          {"field": "mrd", "title": "MRD", "format": ".4~g"}, {"field": "drawn", "title": "times drawn"}]
      }
    }\
    """
        .formatted(scale(runs, false), scale(runs, true));
  }

  private static DataTable table(List<RunContents> runs, List<Bar> bars) {
    List<DataTable.Column> columns = new ArrayList<>();
    columns.add(DataTable.numbers("Times drawn", ""));
    runs.forEach(run -> columns.add(DataTable.numbers(run.label(), "samples")));
    List<List<Cell>> rows = new ArrayList<>();
    for (int drawn : bars.stream().mapToInt(Bar::drawn).distinct().sorted().toArray()) {
      List<Cell> row = new ArrayList<>();
      row.add(Cell.count(drawn));
      for (RunContents run : runs) {
        row.add(
            Cell.count(
                bars.stream()
                    .filter(b -> b.run().equals(run.label()) && b.drawn() == drawn)
                    .mapToInt(Bar::samples)
                    .sum()));
      }
      rows.add(row);
    }
    return new DataTable("Samples by times drawn", false, columns, rows);
  }
}
