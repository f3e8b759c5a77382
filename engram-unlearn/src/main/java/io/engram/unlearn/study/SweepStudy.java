package io.engram.unlearn.study;

import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import io.engram.core.text.NumberText;
import io.engram.unlearn.mrd.MrdEstimate;
import io.engram.unlearn.mrd.MrdSweep.AtSigma;
import io.engram.unlearn.mrd.SweepSummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A sweep as a page: MRD against σ and MRD against the number of draws.
 *
 * <p><b>Source:</b> Fig. 5 (a) and (b).
 */
public final class SweepStudy {
  /** How many samples' MRD to show over the draws, as in the paper's figure. */
  private static final int FOLLOWED = 10;

  private SweepStudy() {}

  /**
   * The page for all σ, ascending. A σ below the numerical floor does not appear in the figures.
   */
  public static Study of(List<AtSigma> sweep, List<String> ids, StudyProvenance made) {
    List<AtSigma> clear =
        sweep.stream()
            .filter(at -> !at.belowFloor())
            .filter(at -> Double.isFinite(SweepSummary.median(at.mrd(at.most()))))
            .toList();
    List<StudyFigure> figures = new ArrayList<>();
    if (clear.size() > 1) {
      figures.add(sigmas(clear, ids));
    }
    for (int i = 0; i < clear.size(); i++) {
      if (clear.get(i).estimates().size() > 1) {
        figures.add(draws(clear.get(i), ids, "draws-" + i));
      }
    }
    return new Study(
        "MRD by σ and by the number of draws",
        "How does MRD depend on the size of the noise, and how many draws make it stable?",
        slopes(clear),
        List.of(
            new Study.Fact("Samples", Integer.toString(ids.size()), ""),
            new Study.Fact("Draws per σ", Integer.toString(sweep.get(0).most()), "")),
        figures,
        List.of(table(sweep)),
        limits(sweep, clear),
        made);
  }

  private static List<String> slopes(List<AtSigma> clear) {
    List<String> sentences = new ArrayList<>();
    for (int i = 0; i + 1 < clear.size(); i++) {
      sentences.add(
          "From σ = %s to %s the median MRD grows as σ to the power of %.2f."
              .formatted(
                  NumberText.plain(clear.get(i).sigma()),
                  NumberText.plain(clear.get(i + 1).sigma()),
                  SweepSummary.slope(clear.get(i), clear.get(i + 1))));
    }
    return sentences;
  }

  private static StudyFigure sigmas(List<AtSigma> sweep, List<String> ids) {
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      int sample = i;
      series.add(
          new Series(
              "sample " + ids.get(i),
              true,
              sweep.stream()
                  .map(at -> Point.at(at.sigma(), at.mrd(at.most())[sample], null))
                  .toList()));
    }
    series.add(
        Series.of(
            "median",
            sweep.stream()
                .map(at -> Point.at(at.sigma(), SweepSummary.median(at.mrd(at.most())), null))
                .toList()));
    return new StudyFigure(
        "sigma",
        "MRD against σ",
        List.of(
            "One thin line per sample, and their median. Both axes are logarithmic: with slope "
                + "2, MRD measures curvature; with slope 1, the size of the gradient."),
        Kind.LINE,
        Axis.logarithmic("σ", ""),
        Axis.logarithmic("MRD", ""),
        "",
        series);
  }

  private static StudyFigure draws(AtSigma at, List<String> ids, String id) {
    double[] all = at.mrd(at.most());
    List<Integer> ranked =
        IntStream.range(0, ids.size())
            .filter(i -> Double.isFinite(all[i]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> all[i]))
            .toList();
    int followed = Math.min(FOLLOWED, ranked.size());
    List<Series> series = new ArrayList<>();
    for (int rank = 0; rank < followed; rank++) {
      int sample = ranked.get(rank * (ranked.size() - 1) / Math.max(1, followed - 1));
      series.add(
          Series.of(
              "sample " + ids.get(sample),
              at.estimates().entrySet().stream()
                  .map(entry -> point(entry.getKey(), entry.getValue().get(sample)))
                  .toList()));
    }
    return new StudyFigure(
        id,
        "MRD against the number of draws, σ = " + NumberText.plain(at.sigma()),
        List.of(
            "%d samples from the hardest to the easiest, evenly spaced by rank. The bands are ± 1 standard"
                    .formatted(followed)
                + " error. Every point of a line uses the first of the same draws."),
        Kind.LINE,
        Axis.logarithmic("draws", ""),
        Axis.linear("MRD", ""),
        "± 1 standard error",
        series);
  }

  private static Point point(int draws, MrdEstimate one) {
    boolean known = Double.isFinite(one.standardError());
    return new Point(
        (double) draws,
        one.mrd(),
        known ? Double.valueOf(one.mrd() - one.standardError()) : null,
        known ? Double.valueOf(one.mrd() + one.standardError()) : null,
        null);
  }

  private static StudyTable table(List<AtSigma> sweep) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < sweep.size(); i++) {
      AtSigma at = sweep.get(i);
      AtSigma next = i + 1 < sweep.size() ? sweep.get(i + 1) : null;
      for (int count : SweepSummary.shown(at)) {
        List<@Nullable Object> row = new ArrayList<>();
        row.add(at.sigma());
        row.add(count);
        row.add(StudyTable.cell(SweepSummary.median(at.mrd(count))));
        row.add(StudyTable.cell(SweepSummary.relativeError(at, count)));
        row.add(StudyTable.cell(SweepSummary.tau(at.mrd(count), at.mrd(at.most()))));
        row.add(
            next == null
                ? null
                : StudyTable.cell(SweepSummary.tau(at.mrd(count), next.mrd(count))));
        row.add(count == at.most() ? at.nonFinite() : null);
        row.add(at.belowFloor() ? "below the numerical floor" : "");
        rows.add(row);
      }
    }
    return new StudyTable(
        "Each σ and number of draws",
        "τ is Kendall's τ between rankings of the samples: against the ranking by all draws, and "
            + "against that of the next larger σ with the same number of draws.",
        StudyTable.Column.of(
            "σ",
            "draws",
            "median MRD",
            "median SE/MRD",
            "τ all draws",
            "τ next σ",
            "passes not finite",
            "note"),
        rows);
  }

  private static List<String> limits(List<AtSigma> sweep, List<AtSigma> clear) {
    List<String> limits = new ArrayList<>();
    limits.add(
        "One seed. The estimates of one σ share their draws, so a line's points move together.");
    sweep.stream()
        .filter(at -> !clear.contains(at))
        .forEach(
            at ->
                limits.add(
                    "σ = %s is in the table only: %s."
                        .formatted(
                            NumberText.plain(at.sigma()),
                            at.belowFloor()
                                ? "its MRD is below the numerical floor, lost in rounding"
                                : "no pass was finite, the noise is too large")));
    return limits;
  }
}
