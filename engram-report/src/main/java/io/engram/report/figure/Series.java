package io.engram.report.figure;

import io.engram.core.run.Measurement;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One state of a model that the page compares: before, or after one of the runs.
 *
 * @param hollow an outline: a state before
 */
public record Series(
    String label, RunContents run, String stage, String colour, String shape, boolean hollow) {
  /** The measured states. Runs that started from the same measured state share one 'before'. */
  public static List<Series> of(List<RunContents> runs) {
    List<Series> series = new ArrayList<>();
    List<RunContents> measured =
        runs.stream().filter(r -> !r.at(RunContents.BEFORE).isEmpty()).toList();
    boolean shared = measured.stream().map(Series::values).distinct().count() == 1;
    if (shared) {
      RunContents first = measured.get(0);
      series.add(new Series("before", first, RunContents.BEFORE, Palette.BEFORE, "circle", true));
    }
    for (RunContents run : runs) {
      String colour = Palette.colour(run.look().index());
      String shape = Palette.shape(run.look().index());
      if (!shared && !run.at(RunContents.BEFORE).isEmpty()) {
        series.add(
            new Series("before, " + run.label(), run, RunContents.BEFORE, colour, shape, true));
      }
      if (!run.at(RunContents.AFTER).isEmpty()) {
        series.add(
            new Series("after, " + run.label(), run, RunContents.AFTER, colour, shape, false));
      }
    }
    return series;
  }

  private static Map<String, Double> values(RunContents run) {
    Map<String, Double> values = new HashMap<>();
    for (Measurement measurement : run.at(RunContents.BEFORE)) {
      values.put(measurement.metric(), measurement.value());
    }
    return values;
  }

  /** The legend: an entry for each look. */
  static List<Figure.Key> keys(List<Series> series) {
    return series.stream().map(Series::key).distinct().toList();
  }

  /** Its entry in a legend. */
  public Figure.Key key() {
    String shown = label.endsWith(run.label()) ? stage + ", " + run.look().label() : label;
    return new Figure.Key(shown, colour, shape, hollow);
  }

  /** A run's entry in a legend, if it stands for the whole run. */
  public static Figure.Key keyOf(RunContents run) {
    int index = run.look().index();
    return new Figure.Key(run.look().label(), Palette.colour(index), Palette.shape(index), false);
  }

  /** Encodings of colour and shape by the field {@code series}, as JSON members. */
  static String encoding(List<Series> series) {
    return "\"fill\": "
        + byState(series, series.stream().map(Series::fill).toList())
        + ", \"shape\": "
        + byState(series, series.stream().map(Series::shape).toList())
        + ", "
        + strokeEncoding(series);
  }

  /** Encoding of the line's colour by the field {@code series}, as a JSON member. */
  static String strokeEncoding(List<Series> series) {
    return "\"stroke\": " + byState(series, series.stream().map(Series::colour).toList());
  }

  private static String byState(List<Series> series, List<String> range) {
    return "{\"field\": \"series\", \"legend\": null, \"scale\": {\"domain\": %s, \"range\": %s}}"
        .formatted(Vega.json(series.stream().map(Series::label).toList()), Vega.json(range));
  }

  private String fill() {
    return hollow ? "var(--surface)" : colour;
  }
}
