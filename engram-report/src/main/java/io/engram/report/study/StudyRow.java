package io.engram.report.study;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A point in the picture's specification; {@code y} of a row is its wrapped label. */
record StudyRow(
    String series,
    boolean background,
    @Nullable String label,
    double x,
    @Nullable Double y,
    @Nullable Double low,
    @Nullable Double high) {

  /** The points that fit on the axes: finite, and above 0 on a logarithmic one. */
  static List<StudyRow> of(StudyFigure figure) {
    List<StudyRow> rows = new ArrayList<>();
    for (Series series : figure.series()) {
      for (Point point : series.points()) {
        if (placed(figure, point)) {
          rows.add(of(series, point));
        }
      }
    }
    boolean log = figure.kind().pairs() ? figure.y().log() : figure.x().log();
    return log ? rows.stream().map(row -> row.above(lowest(rows, figure))).toList() : rows;
  }

  private static StudyRow of(Series series, Point point) {
    Double x = point.x();
    boolean interval = finite(point.low()) && finite(point.high());
    return new StudyRow(
        series.label(),
        series.background(),
        point.label(),
        x == null ? Double.NaN : x,
        point.y(),
        interval ? point.low() : null,
        interval ? point.high() : null);
  }

  private static boolean placed(StudyFigure figure, Point point) {
    boolean first = finite(point.x()) && !(figure.x().log() && notAbove0(point.x()));
    boolean second = finite(point.y()) && !(figure.y().log() && notAbove0(point.y()));
    return first && (second || !figure.kind().pairs());
  }

  private static double lowest(List<StudyRow> rows, StudyFigure figure) {
    boolean pairs = figure.kind().pairs();
    return rows.stream()
        .flatMap(row -> Stream.of(pairs ? row.y() : Double.valueOf(row.x()), row.low()))
        .filter(value -> value != null && value > 0)
        .mapToDouble(Double::doubleValue)
        .min()
        .orElse(Double.MIN_NORMAL);
  }

  /** On a logarithmic axis an interval that reaches to 0 or below ends at the lowest number. */
  private StudyRow above(double lowest) {
    Double end = low;
    return end == null || end > 0
        ? this
        : new StudyRow(series, background, label, x, y, lowest, high);
  }

  private static boolean finite(@Nullable Double value) {
    return value != null && Double.isFinite(value);
  }

  private static boolean notAbove0(@Nullable Double value) {
    return value != null && value <= 0;
  }
}
