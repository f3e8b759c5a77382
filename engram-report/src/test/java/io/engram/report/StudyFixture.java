package io.engram.report;

import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** A study with a figure of each kind, from invented numbers. */
public final class StudyFixture {
  private static final double[] SIGMAS = {1e-4, 3e-4, 1e-3, 3e-3};

  private StudyFixture() {}

  /** With this as its title, question and the names of things. */
  public static Study named(String text) {
    Random random = new Random(5);
    return new Study(
        text + " and the updates that a sample needs",
        "Does " + text + " tell how many updates it takes until one sample alone is forgotten?",
        List.of(
            "The number of labelled tokens does (ρ = 0.77, 95 % interval 0.60 to 0.88).",
            "MRD shows no relation beyond chance in any of its readings."),
        List.of(
            new Study.Fact("Samples", "46", "of tofu:forget10, each unlearned alone"),
            new Study.Fact("Spearman's ρ of MRD", "−0.10", "95 % interval −0.38 to 0.19"),
            new Study.Fact("Updates needed, median", "11", "7 to 16"),
            new Study.Fact("Time", "52 min", "")),
        List.of(
            forest(text), scatter(random), lines(random), bands(random), bars(), histogram(random)),
        List.of(
            new StudyTable(
                "Scores of " + text,
                "Kept apart from the figures.",
                List.of(
                    StudyTable.Column.of("score"),
                    new StudyTable.Column("ρ", "± 1 SE"),
                    new StudyTable.Column("seconds", "a sample")),
                List.of(
                    Arrays.asList(text, "−0.10 ± 0.15", 0.0123456),
                    Arrays.asList("tokens", "0.77 ± 0.06", null)))),
        List.of("One seed.", "One model of " + text + "."),
        new StudyProvenance(
            42,
            "seed: 42\nmodel: {path: '" + text + "'}\n",
            "0.1 (0a1b2c3)",
            "9f2c1d7a55b0e3c84f61",
            "2026-02-03T10:00:00Z",
            Map.of("Command", "engram study difficulty " + text)));
  }

  /** Estimates with their intervals; one has none. */
  public static StudyFigure forest(String text) {
    return new StudyFigure(
        "correlations",
        "Which score tells the updates needed?",
        List.of(
            "Each dot is a rank correlation; its line covers 95 %. A line that crosses 0 is chance."),
        Kind.FOREST,
        Axis.linear("Spearman's ρ with updates needed", ""),
        Axis.linear("Score", ""),
        "95 % interval",
        List.of(
            Series.of(
                "all samples",
                List.of(
                    Point.row("labelled tokens", 0.77, 0.6, 0.88),
                    Point.row("MRD, absolute value outside, σ = 0.001", -0.1, -0.38, 0.19),
                    Point.row("gradient norm", -0.03, -0.32, 0.26),
                    new Point(0.31, null, null, null, text))),
            Series.of(
                "tokens held fixed",
                List.of(
                    Point.row("MRD, absolute value outside, σ = 0.001", -0.08, -0.38, 0.24),
                    Point.row("gradient norm", -0.26, -0.53, 0.06)))));
  }

  private static StudyFigure scatter(Random random) {
    return new StudyFigure(
        "mrd-updates",
        "MRD against updates needed",
        List.of("Each point is a sample."),
        Kind.SCATTER,
        Axis.logarithmic("MRD", ""),
        Axis.linear("updates needed", "updates"),
        "± 1 standard error",
        List.of(
            Series.of(
                "σ = 0.001",
                IntStream.range(0, 46)
                    .mapToObj(
                        i -> {
                          double y = 7 + random.nextInt(10);
                          return new Point(
                              Math.exp(-3 + random.nextGaussian() / 4),
                              y,
                              y - 1,
                              y + 1,
                              "sample " + i);
                        })
                    .toList()),
            Series.of("zero", List.of(Point.at(0, 9, "no place"), Point.at(0.05, 9, "a place")))));
  }

  private static StudyFigure lines(Random random) {
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      double level = Math.exp(random.nextGaussian() / 5);
      series.add(
          new Series(
              "sample " + i,
              true,
              Arrays.stream(SIGMAS)
                  .mapToObj(s -> Point.at(s, 3e4 * level * s * s, null))
                  .toList()));
    }
    series.add(
        Series.of(
            "median",
            Arrays.stream(SIGMAS)
                .mapToObj(s -> Point.between(s, 3e4 * s * s, 2.6e4 * s * s, 3.4e4 * s * s))
                .toList()));
    return new StudyFigure(
        "sigma",
        "MRD against σ",
        List.of("A thin line a sample."),
        Kind.LINE,
        Axis.logarithmic("σ", ""),
        Axis.logarithmic("MRD", ""),
        "quartiles",
        series);
  }

  private static StudyFigure bands(Random random) {
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      double level = 0.5 + i / 10.0;
      series.add(
          Series.of(
              "sample " + i,
              IntStream.rangeClosed(1, 100)
                  .mapToObj(
                      k -> {
                        double error = 0.3 / Math.sqrt(k);
                        double y = level + error * random.nextGaussian() / 2;
                        return Point.between(k, y, y - error, y + error);
                      })
                  .toList()));
    }
    return new StudyFigure(
        "draws",
        "MRD against the number of draws",
        List.of("Bands: ± 1 standard error."),
        Kind.LINE,
        Axis.logarithmic("draws", ""),
        Axis.linear("MRD", ""),
        "± 1 standard error",
        series);
  }

  private static StudyFigure bars() {
    return new StudyFigure(
        "cost",
        "What an estimate costs",
        List.of("Passes for one error."),
        Kind.BAR,
        Axis.linear("passes", "a sample"),
        Axis.linear("Estimator", ""),
        "± 1 standard error",
        List.of(
            Series.of(
                "σ = 0.001",
                List.of(
                    Point.row("paper", 200, 180, 220),
                    new Point(200.0, null, null, null, "shared"),
                    Point.row("antithetic", 18, 15, 21)))));
  }

  private static StudyFigure histogram(Random random) {
    return new StudyFigure(
        "updates",
        "Updates needed",
        List.of(),
        Kind.HISTOGRAM,
        Axis.linear("updates needed", "updates"),
        Axis.linear("samples", ""),
        "",
        List.of(Series.of("GA", values(random, 11)), Series.of("NPO", values(random, 14))));
  }

  private static List<Point> values(Random random, int mean) {
    return IntStream.range(0, 46)
        .mapToObj(i -> Point.value(mean + Math.rint(2 * random.nextGaussian())))
        .toList();
  }
}
