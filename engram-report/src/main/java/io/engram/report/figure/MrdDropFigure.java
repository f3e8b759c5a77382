package io.engram.report.figure;

import io.engram.core.run.MrdRow;
import io.engram.core.run.SampleRow;
import io.engram.core.stats.RankCorrelation;
import io.engram.core.text.NumberText;
import io.engram.report.run.RunContents;
import io.engram.report.text.WordList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** MRD at the start against the change of each sample's log-probability in the run. */
public final class MrdDropFigure {
  private static final int HEIGHT = 260;

  private MrdDropFigure() {}

  /**
   * A sample in one run.
   *
   * @param drop (log-probability before − after) / labelled tokens, nats per token
   */
  record Point(String id, double mrd, double drop, int drawn, String text) {}

  /** The samples of one run that have both numbers. */
  record RunPoints(RunContents run, List<Point> points) {
    Correlation correlation() {
      return Correlation.of(
          points.stream().mapToDouble(Point::mrd).toArray(),
          points.stream().mapToDouble(Point::drop).toArray());
    }
  }

  /** Empty if no run has both MRD and log-probabilities. */
  public static Optional<Figure> of(List<RunContents> runs) {
    List<RunPoints> all =
        runs.stream()
            .map(run -> new RunPoints(run, points(run, StartMrd.of(run, runs))))
            .filter(run -> !run.points().isEmpty())
            .toList();
    if (all.isEmpty()) {
      return Optional.empty();
    }
    double[] drops =
        all.stream().flatMap(run -> run.points().stream()).mapToDouble(Point::drop).toArray();
    List<Figure.Panel> panels = new ArrayList<>();
    for (RunPoints one : all) {
      panels.add(panel(one, one.run().look().index(), drops));
    }
    return Optional.of(
        new Figure(
            "mrd-drop",
            "Does MRD tell what will be forgotten?",
            caption(all),
            List.of(),
            panels,
            table(all)));
  }

  static List<Point> points(RunContents run, Map<String, MrdRow> mrd) {
    List<Point> points = new ArrayList<>();
    for (SampleRow sample : run.samples()) {
      MrdRow row = mrd.get(sample.id());
      double drop = drop(sample);
      if (row != null && Double.isFinite(row.mrd()) && Double.isFinite(drop)) {
        points.add(
            new Point(
                sample.id(), row.mrd(), drop, sample.drawn(), MrdDistributionFigure.text(row)));
      }
    }
    return points;
  }

  /** {@code (before − after) / tokens}, nats per labelled token; NaN if unknown. */
  public static double drop(SampleRow sample) {
    return sample.tokens() == 0
        ? Double.NaN
        : (sample.logProbBefore() - sample.logProbAfter()) / sample.tokens();
  }

  private static List<String> caption(List<RunPoints> all) {
    List<String> caption = new ArrayList<>();
    caption.add(
        "Up: how much less probable the answer became, in nats per token (0 = unchanged; 1 nat ="
            + " 2.7 times less probable). If MRD tells how hard forgetting is, points rise to the"
            + " right.");
    caption.add(WordList.capitalised(verdict(all)));
    if (all.stream().anyMatch(run -> run.run().order().equals("mrd"))) {
      caption.add(
          "In MRD order the samples on the right are also drawn more often, so a rise there does"
              + " not show by itself that they are easier.");
    }
    return caption;
  }

  private static String verdict(List<RunPoints> all) {
    List<String> parts = new ArrayList<>();
    for (RunPoints run : all) {
      Correlation correlation = run.correlation();
      String found =
          correlation.clear()
              ? correlation.rho() > 0 ? "rises with MRD" : "falls with MRD"
              : "shows no relation to MRD beyond chance";
      parts.add(
          "in %s the drop %s: rank correlation %s"
              .formatted(run.run().label(), found, correlation.text()));
    }
    return String.join("; ", parts) + ".";
  }

  private static Figure.Panel panel(RunPoints one, int index, double[] drops) {
    double low = Math.min(0, Arrays.stream(drops).min().orElse(0));
    double high = Math.max(0, Arrays.stream(drops).max().orElse(1));
    String view =
        """
        {
          "layer": [
            {"mark": {"type": "rule", "color": "var(--ink-2)", "strokeDash": [2, 3]}, "data": {"values": [{}]}, "encoding": {"y": {"datum": 0}}},
            {"mark": {"type": "point", "filled": true, "color": "%s", "shape": "%s", "size": %d, "opacity": 0.7},
             "encoding": {
               "x": {"field": "mrd", "type": "quantitative", "title": "MRD at the start (hard ← → easy)", "scale": {"zero": false}, "axis": {"tickCount": 6}},
               "y": {"field": "drop", "type": "quantitative", "title": "drop, nats per token", "scale": {"domain": [%s, %s], "nice": true}},
               "tooltip": [{"field": "id", "title": "sample"}, {"field": "text", "title": "MRD"},
                 {"field": "drop", "title": "drop, nats/token", "format": ".3f"}, {"field": "drawn", "title": "times drawn"}]}}
          ]
        }\
        """
            .formatted(
                Palette.colour(index),
                Palette.shape(index),
                one.points().size() > 100 ? 22 : 45,
                low,
                high);
    String description =
        "Log-probability drop against MRD for %d samples of %s."
            .formatted(one.points().size(), one.run().label());
    return new Figure.Panel(one.run().label(), Vega.spec(description, HEIGHT, view, one.points()));
  }

  private static DataTable table(List<RunPoints> all) {
    List<List<Cell>> rows = new ArrayList<>();
    for (RunPoints run : all) {
      for (Point point : run.points()) {
        rows.add(
            List.of(
                Cell.text(run.run().label()),
                Cell.text(point.id()),
                Cell.estimated(point.text(), point.mrd()),
                new Cell(
                    NumberText.fixed(point.drop(), 3),
                    Double.toString(point.drop()),
                    Cell.Provenance.MEASURED),
                Cell.count(point.drawn())));
      }
    }
    return new DataTable(
        "MRD and drop of each sample",
        false,
        List.of(
            DataTable.words("Run"),
            DataTable.words("Sample"),
            DataTable.numbers("MRD", "± 1 SE"),
            DataTable.numbers("Drop", "nats per token"),
            DataTable.numbers("Drawn", "times")),
        rows);
  }

  /**
   * Spearman's rank correlation, with the size that chance alone can reach.
   *
   * @param rho in [−1, 1]; NaN for fewer than three pairs or a side without spread
   */
  public record Correlation(double rho, int n) {
    private static final int FEWEST = 3;

    /** Normal quantile of a two-sided 5 % test; {@code √(n − 1)·ρ} is near normal under chance. */
    private static final double TWO_SIDED_5_PERCENT = 1.96;

    /** The correlation of pairs in the same order. */
    public static Correlation of(double[] x, double[] y) {
      return new Correlation(
          x.length < FEWEST ? Double.NaN : RankCorrelation.spearman(x, y), x.length);
    }

    /** The size that chance stays below in 95 of 100 sets of n. */
    public double chance() {
      return TWO_SIDED_5_PERCENT / Math.sqrt(n - 1.0);
    }

    /** Whether it is larger than chance explains. */
    public boolean clear() {
      return Math.abs(rho) > chance();
    }

    /** {@code ρ = −0.12 (n = 40; chance alone stays below 0.31 in 95 of 100)}. */
    public String text() {
      if (!Double.isFinite(rho)) {
        return "no rank correlation (n = %d, or one side without spread)".formatted(n);
      }
      return "ρ\u00a0=\u00a0%s (n\u00a0=\u00a0%d; chance alone stays below %s in 95 of 100)"
          .formatted(NumberText.signed(rho, 2), n, NumberText.fixed(chance(), 2));
    }
  }
}
