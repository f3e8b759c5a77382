package io.engram.unlearn.study;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Figures 3 and 4 of the paper, from the rows of a study. */
final class DifficultyFigures {
  private final List<DifficultyRow> rows;
  private final String unit;
  private final String suffix;

  /**
   * Figures of these rows.
   *
   * @param unit what a row stands for: a sample, or a group
   * @param suffix text at the end of each title
   */
  DifficultyFigures(List<DifficultyRow> rows, String unit, String suffix) {
    this.rows = rows;
    this.unit = unit;
    this.suffix = suffix;
  }

  /** Figure 4: MRD against updates needed, one point per row. */
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
            "Figure 4 of the paper. One point per %s; %s.".formatted(unit, reading),
            "By Definition 3.4 the points should fall from left to right, with updates "
                + "proportional to 1/MRD."),
        Kind.SCATTER,
        Axis.logarithmic("MRD", ""),
        Axis.linear("updates needed, " + criterion.name(), "updates"),
        "",
        List.of(Series.of(unit + "s", points)));
  }

  /** The distribution of the updates needed. */
  StudyFigure updates(Criterion criterion) {
    return histogram(
        "updates",
        "Updates needed, criterion " + criterion.name() + suffix,
        "How much %ss differ in difficulty.".formatted(unit),
        Axis.linear("updates needed", "updates"),
        rows.stream()
            .filter(row -> row.updates().containsKey(criterion.name()))
            .mapToDouble(row -> row.updates().getOrDefault(criterion.name(), Double.NaN))
            .toArray());
  }

  /** Figure 3: how far the parameters had moved when this criterion was met, or at the end. */
  StudyFigure change(Criterion criterion) {
    return histogram(
        "figure-3",
        "Change of the parameters" + suffix,
        "Figure 3 of the paper: the mean of |θ − θ₀| over all parameters when the %s met the criterion %s."
            .formatted(unit, criterion.name()),
        Axis.linear("mean |θ − θ₀|", ""),
        rows.stream().mapToDouble(DifficultyRow::change).toArray());
  }

  private StudyFigure histogram(String id, String title, String caption, Axis x, double[] values) {
    return new StudyFigure(
        id,
        title,
        List.of(caption),
        Kind.HISTOGRAM,
        x,
        Axis.linear(unit + "s", ""),
        "",
        List.of(Series.of(unit + "s", Arrays.stream(values).mapToObj(Point::value).toList())));
  }
}
