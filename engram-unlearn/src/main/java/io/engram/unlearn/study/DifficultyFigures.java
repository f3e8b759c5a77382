package io.engram.unlearn.study;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import java.util.List;
import java.util.Locale;

/** Figures 3 and 4 of the paper, from the rows of a study. */
final class DifficultyFigures {
  private final List<DifficultyRow> rows;
  private final String suffix;

  /**
   * Of these rows.
   *
   * @param suffix ends each title
   */
  DifficultyFigures(List<DifficultyRow> rows, String suffix) {
    this.rows = rows;
    this.suffix = suffix;
  }

  /** Figure 4: MRD against updates needed, a point a sample. */
  StudyFigure mrdAgainstUpdates(Criterion criterion, String reading) {
    List<Point> points =
        rows.stream()
            .filter(row -> row.updates().containsKey(criterion.name()))
            .map(
                row ->
                    Point.at(
                        row.scores().getOrDefault(reading, Double.NaN),
                        row.updates().getOrDefault(criterion.name(), Double.NaN),
                        String.format(Locale.ROOT, "%s, %d tokens", row.id(), row.tokens())))
            .toList();
    return new StudyFigure(
        "figure-4",
        "MRD against updates needed" + suffix,
        List.of(
            "Figure 4 of the paper. A point a sample; " + reading + ".",
            "Definition 3.4 expects the points to fall from left to right, updates as 1/MRD."),
        Kind.SCATTER,
        Axis.logarithmic("MRD", ""),
        Axis.linear("updates needed, " + criterion.name(), "updates"),
        "",
        List.of(Series.of("samples", points)));
  }

  /** How much samples differ. */
  StudyFigure updates(Criterion criterion) {
    return histogram(
        "updates",
        "Updates needed, criterion " + criterion.name() + suffix,
        "How far samples differ in difficulty.",
        Axis.linear("updates needed", "updates"),
        rows.stream()
            .filter(row -> row.updates().containsKey(criterion.name()))
            .mapToDouble(row -> row.updates().getOrDefault(criterion.name(), Double.NaN))
            .toArray());
  }

  /** Figure 3: how far the parameters moved. */
  StudyFigure change() {
    return histogram(
        "figure-3",
        "Change of the parameters" + suffix,
        "Figure 3 of the paper: the mean of |θ − θ₀| over all parameters when the sample was"
            + " forgotten.",
        Axis.linear("mean |θ − θ₀|", ""),
        rows.stream().mapToDouble(DifficultyRow::change).toArray());
  }

  private static StudyFigure histogram(
      String id, String title, String caption, Axis x, double[] values) {
    return new StudyFigure(
        id,
        title,
        List.of(caption),
        Kind.HISTOGRAM,
        x,
        Axis.linear("samples", ""),
        "",
        List.of(
            Series.of("samples", java.util.Arrays.stream(values).mapToObj(Point::value).toList())));
  }
}
