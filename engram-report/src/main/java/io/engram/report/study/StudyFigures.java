package io.engram.report.study;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.text.NumberText;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.Figure;
import io.engram.report.figure.Palette;
import io.engram.report.figure.Vega;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Figures of a study: each kind of data has its own picture, and all have their numbers below. */
public final class StudyFigures {
  private StudyFigures() {}

  /** The figure of these data; its anchor is the id after {@code figure-}. */
  public static Figure of(StudyFigure figure) {
    List<StudyRow> rows = StudyRow.of(figure);
    List<Figure.Panel> panels = rows.isEmpty() ? List.of() : panels(figure, rows);
    DataTable table =
        figure.kind() == StudyFigure.Kind.HISTOGRAM
            ? StudyHistogram.table(figure, rows)
            : StudyNumbers.of(figure);
    return new Figure(
        "figure-" + figure.id(),
        figure.title(),
        caption(figure, rows),
        keys(figure),
        panels,
        table);
  }

  private static List<Figure.Panel> panels(StudyFigure figure, List<StudyRow> rows) {
    return switch (figure.kind()) {
      case SCATTER, LINE -> List.of(StudyPairs.panel(figure, rows));
      case BAR, FOREST -> List.of(StudyBars.panel(figure, rows));
      case HISTOGRAM -> StudyHistogram.panels(figure, rows);
    };
  }

  private static List<String> caption(StudyFigure figure, List<StudyRow> rows) {
    List<String> caption = new ArrayList<>(figure.caption());
    int all = figure.series().stream().mapToInt(series -> series.points().size()).sum();
    int missing = all - rows.size();
    if (missing > 0) {
      boolean log = figure.x().log() || figure.y().log();
      caption.add(
          "%s in the table and not in the picture: not finite%s."
              .formatted(
                  NumberText.counted(missing, "point") + (missing == 1 ? " is" : " are"),
                  log ? ", or not above 0 on a logarithmic axis" : ""));
    }
    return caption;
  }

  /** The series with an entry in the legend. */
  static List<Series> named(StudyFigure figure) {
    return figure.series().stream().filter(series -> !series.background()).toList();
  }

  private static List<Figure.Key> keys(StudyFigure figure) {
    List<Series> named = named(figure);
    if (figure.series().size() < 2 || figure.kind() == StudyFigure.Kind.HISTOGRAM) {
      return List.of();
    }
    return IntStream.range(0, named.size())
        .mapToObj(
            i ->
                new Figure.Key(
                    named.get(i).label(),
                    Palette.colour(i, named.size()),
                    keyShape(figure, i),
                    false))
        .toList();
  }

  private static String keyShape(StudyFigure figure, int series) {
    return switch (figure.kind()) {
      case LINE -> "line";
      case BAR -> "square";
      default -> Palette.shape(series);
    };
  }

  /** Colour and shape of the named series, by the field {@code series}. */
  static String byShape(StudyFigure figure) {
    return scale(
        figure, IntStream.range(0, named(figure).size()).mapToObj(Palette::shape).toList());
  }

  /** As {@link #byShape}. */
  static String byColour(StudyFigure figure) {
    int count = named(figure).size();
    return scale(
        figure, IntStream.range(0, count).mapToObj(i -> Palette.colour(i, count)).toList());
  }

  private static String scale(StudyFigure figure, List<String> range) {
    return "{\"field\": \"series\", \"legend\": null, \"scale\": {\"domain\": %s, \"range\": %s}}"
        .formatted(Vega.json(named(figure).stream().map(Series::label).toList()), Vega.json(range));
  }

  /** {@code time, s}. */
  static String title(Axis axis) {
    return axis.unit().isEmpty() ? axis.label() : axis.label() + ", " + axis.unit();
  }

  /** An axis of a study's picture, as members of a Vega-Lite encoding. */
  static final class StudyAxis {
    /** With this few places, a logarithmic axis is labelled with their own numbers. */
    private static final int FEW = 9;

    private StudyAxis() {}

    /** The axis for these values. */
    static String of(Axis axis, List<Double> values) {
      return "\"type\": \"quantitative\", \"title\": %s, \"scale\": %s, \"axis\": %s"
          .formatted(
              Vega.json(StudyFigures.title(axis)),
              axis.log()
                  ? "{\"type\": \"log\", \"nice\": false, \"padding\": 10}"
                  : "{\"zero\": false, \"padding\": 10}",
              marks(axis, values));
    }

    private static String marks(Axis axis, List<Double> values) {
      if (!axis.log()) {
        return "{\"tickCount\": 6}";
      }
      List<Double> places = values.stream().distinct().sorted().toList();
      return places.size() <= FEW && !places.isEmpty()
          ? "{\"values\": %s, \"format\": \"~g\", \"labelOverlap\": true}"
              .formatted(Vega.json(places))
          : "{\"tickCount\": 5, \"format\": \"~g\", \"labelOverlap\": true}";
    }
  }
}
