package io.engram.report.figure;

import io.engram.core.text.NumberText;
import io.engram.report.run.JournalView;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Losses and the gradient's norm over the updates. */
public final class LossFigure {
  private static final int HEIGHT = 190;

  /**
   * Thins runs with more points than this: a screen has no more columns, and the page stays small.
   */
  private static final int MOST_POINTS = 600;

  private LossFigure() {}

  /** A curve's point. */
  record Point(String run, int update, double value) {}

  /** Empty if no run has made an update. */
  public static Optional<Figure> of(List<RunContents> runs) {
    List<Figure.Panel> panels = new ArrayList<>();
    addPanel(panels, runs, "Forget loss", "loss, nats", JournalView.Update::forgetLoss);
    addPanel(panels, runs, "Retain loss", "loss, nats", JournalView.Update::retainLoss);
    if (panels.isEmpty()) {
      addPanel(panels, runs, "Loss", "loss, nats", JournalView.Update::loss);
    }
    addPanel(panels, runs, "Norm of the gradient", "norm", JournalView.Update::gradientNorm);
    if (panels.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Figure(
            "loss", "Loss, update by update", caption(runs), keys(runs), panels, table(runs)));
  }

  private static void addPanel(
      List<Figure.Panel> panels,
      List<RunContents> runs,
      String title,
      String axis,
      ToDoubleFunction<JournalView.Update> value) {
    List<Point> points = runs.stream().flatMap(run -> points(run, value).stream()).toList();
    if (!points.isEmpty()) {
      String description = title + " over the updates of " + runs.size() + " runs.";
      panels.add(new Figure.Panel(title, Vega.spec(description, HEIGHT, view(runs, axis), points)));
    }
  }

  private static List<Point> points(RunContents run, ToDoubleFunction<JournalView.Update> value) {
    return thinned(run.journal().updates()).stream()
        .filter(u -> Double.isFinite(value.applyAsDouble(u)))
        .map(u -> new Point(run.label(), u.update(), value.applyAsDouble(u)))
        .toList();
  }

  /** Every k-th update and the last, with k as small as the limit allows. */
  static List<JournalView.Update> thinned(List<JournalView.Update> updates) {
    int stride = stride(updates);
    List<JournalView.Update> kept = new ArrayList<>();
    for (int i = 0; i < updates.size(); i++) {
      if (i % stride == 0 || i == updates.size() - 1) {
        kept.add(updates.get(i));
      }
    }
    return kept;
  }

  private static int stride(List<JournalView.Update> updates) {
    return Math.max(1, (int) Math.ceil(updates.size() / (double) MOST_POINTS));
  }

  private static List<String> caption(List<RunContents> runs) {
    List<String> caption = new ArrayList<>();
    caption.add(
        "Losses as the method defines them, in nats, each point the mean over one update's samples."
            + " Values of different methods are not comparable with each other. A forget loss that"
            + " falls is the method at work; a retain loss that rises is knowledge being lost.");
    int stride = runs.stream().mapToInt(run -> stride(run.journal().updates())).max().orElse(1);
    if (stride > 1) {
      caption.add("One update in %d is shown.".formatted(stride));
    }
    return caption;
  }

  private static List<Figure.Key> keys(List<RunContents> runs) {
    return runs.stream()
        .map(RunContents::look)
        .map(look -> new Figure.Key(look.label(), Palette.colour(look.index()), "line", false))
        .distinct()
        .toList();
  }

  private static String view(List<RunContents> runs, String axis) {
    List<String> colours = new ArrayList<>();
    List<List<Integer>> dashes = new ArrayList<>();
    for (RunContents run : runs) {
      colours.add(Palette.colour(run.look().index()));
      dashes.add(run.look().index() % 2 == 0 ? List.of() : List.of(6, 2));
    }
    String labels = Vega.json(runs.stream().map(RunContents::label).toList());
    return """
    {
      "mark": {"type": "line", "strokeWidth": 1.6, "interpolate": "linear", "tooltip": true},
      "encoding": {
        "x": {"field": "update", "type": "quantitative", "title": "update", "scale": {"nice": false}, "axis": {"tickMinStep": 1, "grid": false}},
        "y": {"field": "value", "type": "quantitative", "title": "%s", "scale": {"zero": false}},
        "color": {"field": "run", "legend": null, "scale": {"domain": %s, "range": %s}},
        "strokeDash": {"field": "run", "legend": null, "scale": {"domain": %s, "range": %s}}
      }
    }\
    """
        .formatted(axis, labels, Vega.json(colours), labels, Vega.json(dashes));
  }

  private static DataTable table(List<RunContents> runs) {
    List<List<Cell>> rows = new ArrayList<>();
    for (RunContents run : runs) {
      for (JournalView.Update u : thinned(run.journal().updates())) {
        rows.add(
            List.of(
                Cell.text(run.label()),
                Cell.count(u.update()),
                number(u.loss()),
                number(u.forgetLoss()),
                number(u.retainLoss()),
                number(u.gradientNorm()),
                number(u.learningRate())));
      }
    }
    return new DataTable(
        "Losses of each update",
        false,
        List.of(
            DataTable.words("Run"),
            DataTable.numbers("Update", ""),
            DataTable.numbers("Loss", ""),
            DataTable.numbers("Forget loss", ""),
            DataTable.numbers("Retain loss", ""),
            DataTable.numbers("Gradient norm", ""),
            DataTable.numbers("Learning rate", "")),
        rows);
  }

  private static Cell number(double value) {
    return new Cell(
        NumberText.significant(value),
        Double.isFinite(value) ? Double.toString(value) : "",
        Cell.Provenance.MEASURED);
  }
}
