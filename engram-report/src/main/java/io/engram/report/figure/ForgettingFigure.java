package io.engram.report.figure;

import io.engram.core.text.NumberText;
import io.engram.report.run.JournalView;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Forgetting against keeping, look by look: what each check of a run found. */
public final class ForgettingFigure {
  private static final int HEIGHT = 210;

  private ForgettingFigure() {}

  /**
   * What one look found.
   *
   * @param share of the samples that had to be forgotten, those that are, in percent; null if this
   *     look didn't check them
   * @param rise of the loss on samples to keep, nats a token; null if this look didn't measure it
   */
  record Look(int update, @Nullable Double share, @Nullable Double rise) {}

  /**
   * Of one run; empty if it never looked, or had nothing to forget.
   *
   * @param id anchor on the page
   * @param of what the title adds; empty: nothing
   */
  public static Optional<Figure> of(RunContents run, String id, String of) {
    List<Look> looks = looks(run.journal());
    List<Look> shares = looks.stream().filter(look -> look.share() != null).toList();
    if (shares.size() < 2) {
      return Optional.empty();
    }
    List<Look> rises = looks.stream().filter(look -> look.rise() != null).toList();
    JournalView.Best best = run.journal().best();
    int last = looks.get(looks.size() - 1).update();
    Integer saved = best == null || best.update() == last ? null : Integer.valueOf(best.update());
    List<Figure.Panel> panels = new ArrayList<>();
    panels.add(
        new Figure.Panel(
            "Forgotten",
            Vega.spec(
                "Share forgotten over the updates.",
                HEIGHT,
                view("share", "forgotten, %", Palette.colour(2), 100, null, saved),
                shares)));
    double bound =
        run.journal().keeps().stream()
            .mapToDouble(JournalView.Keep::bound)
            .max()
            .orElse(Double.NaN);
    if (!rises.isEmpty()) {
      panels.add(
          new Figure.Panel(
              "Loss on samples to keep",
              Vega.spec(
                  "Rise of the loss on samples to keep over the updates.",
                  HEIGHT,
                  view(
                      "rise",
                      "rise of the loss, nats a token",
                      Palette.colour(1),
                      Double.NaN,
                      Double.isFinite(bound) ? Double.valueOf(bound) : null,
                      saved),
                  rises)));
    }
    return Optional.of(
        new Figure(
            id,
            "Forgetting against keeping, look by look" + (of.isEmpty() ? "" : ": " + of),
            caption(run.journal(), !run.verdicts().isEmpty(), !rises.isEmpty(), bound, saved),
            List.of(),
            panels,
            table(run.journal())));
  }

  /** By update: the share of those that were not forgotten at the first look, and the rise. */
  static List<Look> looks(JournalView journal) {
    Map<Integer, Double> shares = new TreeMap<>();
    Map<Integer, Double> rises = new TreeMap<>();
    int atStart = atStart(journal);
    for (JournalView.Check check : journal.checks()) {
      if (check.samples() > atStart) {
        shares.put(
            check.update(),
            100.0 * Math.max(0, check.forgotten() - atStart) / (check.samples() - atStart));
      }
    }
    journal.keeps().stream()
        .filter(keep -> Double.isFinite(keep.rise()))
        .forEach(keep -> rises.put(keep.update(), keep.rise()));
    TreeMap<Integer, Look> looks = new TreeMap<>();
    shares.keySet().forEach(u -> looks.put(u, new Look(u, shares.get(u), rises.get(u))));
    rises.keySet().forEach(u -> looks.put(u, new Look(u, shares.get(u), rises.get(u))));
    return List.copyOf(looks.values());
  }

  private static int atStart(JournalView journal) {
    return journal.checks().isEmpty() ? 0 : journal.checks().get(0).forgotten();
  }

  private static List<String> caption(
      JournalView journal,
      boolean ofRequests,
      boolean keeps,
      double bound,
      @Nullable Integer saved) {
    int atStart = atStart(journal);
    int samples = journal.checks().get(0).samples();
    List<String> caption = new ArrayList<>();
    String left = NumberText.count(samples - atStart);
    caption.add(
        ofRequests
            ? "Update: one step of training. After each look at the model, on the left the share of the %s requests to forget that it knows no better than samples never seen%s; this look doesn't ask for answers, as the verdict does."
                .formatted(
                    left,
                    atStart == 0
                        ? ""
                        : " (%d more it knew no better from the start)".formatted(atStart))
            : "After each look at the model, on the left the share of the %s samples to forget that the stopping rule finds forgotten%s."
                .formatted(
                    left, atStart == 0 ? "" : " (%d more were from the start)".formatted(atStart)));
    if (keeps) {
      caption.add(
          "On the right, how much less well it predicts samples to keep that it isn't trained on%s. A rise of 0.05 nats a token makes each right word piece 4.9 %% less probable."
              .formatted(
                  Double.isFinite(bound)
                      ? "; the dashed line is the bound, %s".formatted(NumberText.plain(bound))
                      : ""));
    }
    if (saved != null) {
      caption.add("The saved model is that after update %d (the upright line).".formatted(saved));
    }
    return caption;
  }

  private static String view(
      String field,
      String title,
      String colour,
      double top,
      @Nullable Double bound,
      @Nullable Integer saved) {
    String scale = Double.isFinite(top) ? "{\"domain\": [0, %s]}".formatted(top) : "{}";
    String rules =
        (bound == null
                ? ""
                : ",{\"data\": {\"values\": [{}]}, \"mark\": {\"type\": \"rule\", \"color\": \"var(--ink-2)\", \"strokeDash\": [5, 3]}, \"encoding\": {\"y\": {\"datum\": %s}}}"
                    .formatted(bound))
            + (saved == null
                ? ""
                : ",{\"data\": {\"values\": [{}]}, \"mark\": {\"type\": \"rule\", \"color\": \"var(--ink-2)\"}, \"encoding\": {\"x\": {\"datum\": %d}}}"
                    .formatted(saved));
    return """
    {
      "layer": [
        {"encoding": {
           "x": {"field": "update", "type": "quantitative", "title": "update", "scale": {"nice": false}, "axis": {"tickMinStep": 1, "grid": false}},
           "y": {"field": "%s", "type": "quantitative", "title": "%s", "scale": %s}
         },
         "layer": [
           {"mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2, "color": "%s"}},
           {"mark": {"type": "point", "filled": true, "size": 18, "opacity": 1, "color": "%s"},
            "encoding": {"tooltip": [{"field": "update"}, {"field": "%s", "title": "%s", "format": ".4~g"}]}}
         ]}%s
      ]
    }\
    """
        .formatted(field, title, scale, colour, colour, field, title, rules);
  }

  private static DataTable table(JournalView journal) {
    Map<Integer, JournalView.Check> checks = new TreeMap<>();
    Map<Integer, JournalView.Keep> keeps = new TreeMap<>();
    journal.checks().forEach(check -> checks.put(check.update(), check));
    journal.keeps().forEach(keep -> keeps.put(keep.update(), keep));
    TreeMap<Integer, List<Cell>> rows = new TreeMap<>();
    checks.keySet().forEach(u -> rows.put(u, row(u, checks.get(u), keeps.get(u))));
    keeps.keySet().forEach(u -> rows.put(u, row(u, checks.get(u), keeps.get(u))));
    return new DataTable(
        "What each look found",
        false,
        List.of(
            DataTable.numbers("Update", ""),
            DataTable.numbers("Forgotten or never known", "samples"),
            DataTable.numbers("Trained on next", "samples"),
            DataTable.numbers("Loss on samples to keep", "nats a token"),
            DataTable.numbers("Rise", "nats a token"),
            DataTable.numbers("Bound", "nats a token"),
            DataTable.numbers("Weight added to keeping", "λ")),
        List.copyOf(rows.values()));
  }

  private static List<Cell> row(
      int update, JournalView.@Nullable Check check, JournalView.@Nullable Keep keep) {
    return List.of(
        Cell.count(update),
        check == null ? Cell.none() : Cell.count(check.forgotten()),
        check == null ? Cell.none() : Cell.count(check.drawnFrom()),
        keep == null ? Cell.none() : Cell.measured(keep.loss(), 4),
        keep == null ? Cell.none() : Cell.measured(keep.rise(), 4),
        keep == null || Double.isNaN(keep.bound())
            ? Cell.none()
            : new Cell(
                NumberText.plain(keep.bound()),
                Objects.toString(keep.bound()),
                Cell.Provenance.GIVEN),
        keep == null || Double.isNaN(keep.lambda())
            ? Cell.none()
            : Cell.measured(keep.lambda(), 3));
  }
}
