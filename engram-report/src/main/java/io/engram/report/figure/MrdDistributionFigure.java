package io.engram.report.figure;

import io.engram.core.run.MrdRow;
import io.engram.core.text.NumberText;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How MRD is spread over the forget set, and how well the estimate separates its samples. */
public final class MrdDistributionFigure {
  private static final int HEIGHT = 220;

  private MrdDistributionFigure() {}

  /** A sample in the order of its MRD; rank 1 is the hardest. */
  record Ranked(int rank, String id, double mrd, double low, double high, String text) {}

  /** Empty if no run computed MRD. */
  public static Optional<Figure> of(List<RunContents> runs) {
    List<RunContents> owners = StartMrd.owners(runs);
    if (owners.isEmpty()) {
      return Optional.empty();
    }
    List<Figure.Panel> panels = new ArrayList<>();
    List<String> caption = new ArrayList<>();
    caption.add(
        "Memory removal difficulty (MRD) is how far a sample's token log-probabilities move,"
            + " relatively, when all weights are shaken a little. Small = stable = hard to forget,"
            + " so the hardest samples are on the left. It has no unit.");
    List<List<Cell>> rows = new ArrayList<>();
    for (RunContents owner : owners) {
      String suffix = owners.size() == 1 ? "" : ", " + owner.label();
      String colour = Palette.colour(owner.look().index());
      Histogram histogram = Histogram.of(values(owner.firstMrd()));
      panels.add(histogramPanel("How many samples have which MRD" + suffix, histogram, colour));
      panels.add(rankPanel("Each sample ± 1 SE, hardest first" + suffix, owner, colour));
      caption.add(spread(owner.firstMrd()) + suffix.replaceFirst(", ", " — ") + ".");
      histogram.bins().forEach(bin -> rows.add(row(bin)));
    }
    return Optional.of(
        new Figure(
            "mrd", "How hard each sample is to forget", caption, List.of(), panels, table(rows)));
  }

  static double[] values(List<MrdRow> rows) {
    return rows.stream().mapToDouble(MrdRow::mrd).filter(Double::isFinite).toArray();
  }

  /**
   * The share of the visible spread that is the estimate's own error: mean(SE²)/variance, the
   * variance with n − 1.
   */
  static String spread(List<MrdRow> rows) {
    double[] values = values(rows);
    Quartiles quartiles = Quartiles.of(values);
    String text =
        "Half of the %s lie between %s and %s; the median is %s"
            .formatted(
                NumberText.counted(values.length, "sample"),
                NumberText.significant(quartiles.lower()),
                NumberText.significant(quartiles.upper()),
                NumberText.significant(quartiles.median()));
    double noise = errorShare(rows);
    if (!Double.isFinite(noise)) {
      return text;
    }
    return text
        + "; about %s %% of the spread seen is the estimate's own error"
            .formatted(NumberText.fixed(100 * Math.min(1, noise), 0));
  }

  static double errorShare(List<MrdRow> rows) {
    List<MrdRow> finite =
        rows.stream()
            .filter(r -> Double.isFinite(r.mrd()) && Double.isFinite(r.standardError()))
            .toList();
    int n = finite.size();
    double mean = finite.stream().mapToDouble(MrdRow::mrd).average().orElse(Double.NaN);
    double squares = finite.stream().mapToDouble(r -> Math.pow(r.mrd() - mean, 2)).sum();
    double errors = finite.stream().mapToDouble(r -> Math.pow(r.standardError(), 2)).sum();
    return n < 2 || squares == 0 ? Double.NaN : (errors / n) / (squares / (n - 1));
  }

  private static Figure.Panel histogramPanel(String title, Histogram histogram, String colour) {
    String view =
        """
        {
          "mark": {"type": "rect", "color": "%s", "stroke": "var(--surface)", "strokeWidth": 1},
          "encoding": {
            "x": {"field": "from", "type": "quantitative", "title": "MRD (hard ← → easy)",
                  "scale": {"zero": false, "type": "%s"}, "axis": {"tickCount": 6}},
            "x2": {"field": "to"},
            "y": {"field": "count", "type": "quantitative", "title": "samples", "axis": {"tickMinStep": 1}, "scale": {"domainMin": 0}},
            "y2": {"datum": 0},
            "tooltip": [{"field": "from", "title": "MRD from", "format": ".4~g"},
              {"field": "to", "title": "to", "format": ".4~g"}, {"field": "count", "title": "samples"}]
          }
        }\
        """
            .formatted(colour, histogram.logarithmic() ? "log" : "linear");
    String description = "Histogram of MRD in " + histogram.bins().size() + " bins.";
    return new Figure.Panel(title, Vega.spec(description, HEIGHT, view, histogram.bins()));
  }

  private static Figure.Panel rankPanel(String title, RunContents owner, String colour) {
    List<MrdRow> sorted =
        owner.firstMrd().stream()
            .filter(r -> Double.isFinite(r.mrd()))
            .sorted(Comparator.comparingDouble(MrdRow::mrd))
            .toList();
    List<Ranked> ranked = new ArrayList<>();
    for (MrdRow row : sorted) {
      double error = Double.isFinite(row.standardError()) ? row.standardError() : 0;
      ranked.add(
          new Ranked(
              ranked.size() + 1,
              row.id(),
              row.mrd(),
              row.mrd() - error,
              row.mrd() + error,
              text(row)));
    }
    String view =
        """
        {
          "encoding": {"x": {"field": "rank", "type": "quantitative", "title": "rank (1 = hardest)",
                             "scale": {"domain": [0, %d], "nice": false}, "axis": {"tickMinStep": 1, "grid": false}}},
          "layer": [
            {"mark": {"type": "rule", "color": "%s", "opacity": 0.5},
             "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": true, "color": "%s", "size": %d, "opacity": 0.9},
             "encoding": {"y": {"field": "mrd", "type": "quantitative", "title": "MRD", "scale": {"zero": false}},
               "tooltip": [{"field": "id", "title": "sample"}, {"field": "text", "title": "MRD"}]}}
          ]
        }\
        """
            .formatted(sorted.size() + 1, colour, colour, sorted.size() > 100 ? 10 : 24);
    String description = "MRD of " + sorted.size() + " samples in rising order with error bars.";
    return new Figure.Panel(title, Vega.spec(description, HEIGHT, view, ranked));
  }

  /** {@code 0.0132 ± 0.0008}: the error with two significant digits, the value with as many. */
  public static String text(MrdRow row) {
    double error = row.standardError();
    if (!Double.isFinite(error) || error <= 0) {
      return NumberText.significant(row.mrd());
    }
    int digits = Math.max(0, 1 - (int) Math.floor(Math.log10(error)));
    return NumberText.withError(row.mrd(), error, digits);
  }

  private static List<Cell> row(Histogram.Bin bin) {
    return List.of(
        Cell.estimated(NumberText.significant(bin.from()), bin.from()),
        Cell.estimated(NumberText.significant(bin.to()), bin.to()),
        Cell.count(bin.count()));
  }

  private static DataTable table(List<List<Cell>> rows) {
    return new DataTable(
        "Samples by MRD (each sample's own value is in the table of samples)",
        false,
        List.of(
            DataTable.numbers("MRD from", ""),
            DataTable.numbers("to below", ""),
            DataTable.numbers("Samples", "")),
        rows);
  }

  /** Quartiles, linearly interpolated between order statistics (R's type 7). */
  record Quartiles(double lower, double median, double upper) {
    /** NaN for no values. */
    public static Quartiles of(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
    }

    private static double at(double[] sorted, double share) {
      if (sorted.length == 0) {
        return Double.NaN;
      }
      double position = share * (sorted.length - 1);
      int below = (int) Math.floor(position);
      int above = Math.min(below + 1, sorted.length - 1);
      return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
  }
}
