package io.engram.report.figure;

import io.engram.core.study.StudyFigure.Axis;
import java.util.List;

/** An axis of a study's picture, as members of a Vega-Lite encoding. */
final class StudyAxis {
  /** So few places on a logarithmic axis are marked with their own numbers. */
  private static final int FEW = 9;

  private StudyAxis() {}

  /** The axis for these values, which lie on it. */
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
