package io.engram.core.study;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A picture as data.
 *
 * @param id anchor on the page: small letters, digits and hyphens
 * @param caption how to read it and what came out, a paragraph each
 * @param kind how it is drawn, which says what of a point has to be there
 * @param x the horizontal axis
 * @param y the vertical axis; of bars, a forest and a histogram it names the rows or counts
 * @param interval what a point's low and high are, such as "± 1 standard error"; empty where there
 *     are none
 */
public record StudyFigure(
    String id,
    String title,
    List<String> caption,
    Kind kind,
    Axis x,
    Axis y,
    String interval,
    List<Series> series) {
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9-]*");

  /** How it is drawn. */
  public enum Kind {
    /** Points (x, y); low and high are ends of y. */
    SCATTER,
    /** Points (x, y) joined in the order of x; low and high bound a band around y. */
    LINE,
    /** A row a label, x its length; low and high are ends of x. */
    BAR,
    /** A row a label, x an estimate, low and high its interval, 0 marked. */
    FOREST,
    /** Counts of x in bins, which are logarithmic where the values span more than a factor 50. */
    HISTOGRAM;

    /** Whether a point is a row with a name. */
    public boolean rows() {
      return this == BAR || this == FOREST;
    }

    /** Whether a point has both x and y. */
    public boolean pairs() {
      return this == SCATTER || this == LINE;
    }
  }

  /**
   * What an axis measures.
   *
   * @param unit empty: none
   * @param log whether it is logarithmic; points at or below 0 have no place there
   */
  public record Axis(String label, String unit, boolean log) {
    /** Checks the label. */
    public Axis {
      Given.text(label, "an axis", "label");
      unit = Given.orEmpty(unit);
    }

    /** With equal steps. */
    public static Axis linear(String label, String unit) {
      return new Axis(label, unit, false);
    }

    /** With equal factors. */
    public static Axis logarithmic(String label, String unit) {
      return new Axis(label, unit, true);
    }
  }

  /**
   * Points of one colour.
   *
   * @param background drawn thin and grey behind the others, without an entry in the legend: one of
   *     many samples
   */
  public record Series(String label, boolean background, List<Point> points) {
    /** Checks the label. */
    public Series {
      Given.text(label, "a series", "label");
      points = Given.list(points, "the series \"" + label + "\"", "points");
    }

    /** With an entry in the legend. */
    public static Series of(String label, List<Point> points) {
      return new Series(label, false, points);
    }
  }

  /**
   * A number or two.
   *
   * @param low the lower end of its interval; null: not known
   * @param high the upper end
   * @param label a row's name in bars and forests; elsewhere what pointing at it shows
   */
  public record Point(
      @Nullable Double x,
      @Nullable Double y,
      @Nullable Double low,
      @Nullable Double high,
      @Nullable String label) {
    /** A point without an interval. */
    public static Point at(double x, double y, @Nullable String label) {
      return new Point(x, y, null, null, label);
    }

    /** A point with ends of its y. */
    public static Point between(double x, double y, double low, double high) {
      return new Point(x, y, low, high, null);
    }

    /** A row of a forest or of bars with ends of its x. */
    public static Point row(String label, double x, double low, double high) {
      return new Point(x, null, low, high, label);
    }

    /** A value of a histogram. */
    public static Point value(double x) {
      return new Point(x, null, null, null, null);
    }
  }

  /**
   * Checks that the points have what the kind needs.
   *
   * @throws IllegalArgumentException naming the figure and what is missing
   */
  public StudyFigure {
    if (id == null || !ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "the figure id \"" + id + "\" must be small letters, digits and hyphens");
    }
    String name = "the figure " + id;
    Given.text(title, name, "title");
    caption = Given.list(caption, name, "caption");
    if (kind == null || x == null || y == null) {
      throw new IllegalArgumentException(
          name + " has no " + (kind == null ? "kind" : x == null ? "x axis" : "y axis"));
    }
    interval = Given.orEmpty(interval);
    series = Given.list(series, name, "series");
    for (Series one : series) {
      one.points().forEach(point -> check(point, kind, name + ", " + one.label()));
    }
  }

  private static void check(Point point, Kind kind, String where) {
    boolean complete =
        point.x() != null
            && (point.y() != null || !kind.pairs())
            && (point.label() != null || !kind.rows());
    if (!complete) {
      throw new IllegalArgumentException(
          "%s: each point of a %s needs %s, unlike %s"
              .formatted(
                  where,
                  kind.name().toLowerCase(Locale.ROOT),
                  kind.pairs() ? "x and y" : kind.rows() ? "x and label" : "x",
                  point));
    }
    if ((point.low() == null) != (point.high() == null)) {
      throw new IllegalArgumentException(where + ": low and high go together, unlike in " + point);
    }
  }
}
