package io.engram.report.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.run.Measurement;
import io.engram.core.run.MrdRow;
import io.engram.core.run.SampleRow;
import io.engram.report.ForgetFixture;
import io.engram.report.RunFixture;
import io.engram.report.run.JournalView;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class FigureSpecTest {
  @TempDir Path dir;
  private List<RunContents> runs = List.of();

  @BeforeEach
  void readRuns() {
    runs =
        RunReader.read(
            List.of(
                RunFixture.order("uniform").write(dir.resolve("a")),
                RunFixture.order("mrd").completeness(0.7).write(dir.resolve("b"))));
  }

  private static JsonNode rows(Figure figure, int panel) {
    return figure.panels().get(panel).spec().path("data").path("values");
  }

  @Test
  void tradeOffHoldsBothEndsOfBothRuns() {
    Figure figure = TradeOffFigure.of(runs).orElseThrow();
    JsonNode rows = rows(figure, 0);
    assertThat(rows).hasSize(4);
    assertThat(rows.get(1).path("series").asString()).isEqualTo("after, uniform order");
    assertThat(rows.get(1).path("uc").asDouble()).isEqualTo(0.61);
    assertThat(rows.get(1).path("ut").asDouble()).isEqualTo(0.652);
    // The bound of UC's error: the mean of 0.031, 0.024 and 0.020.
    assertThat(rows.get(1).path("ucHigh").asDouble()).isCloseTo(0.635, within(1e-12));
    assertThat(figure.table().rows()).hasSize(3);
    assertThat(figure.keys().get(0))
        .isEqualTo(new Figure.Key("before", "var(--before)", "circle", true));
  }

  @Test
  void measuresHaveTwoSidesAndNoBarWithoutError() {
    Figure figure = MeasuresFigure.of(runs, "an encoder").orElseThrow();
    assertThat(figure.panels())
        .extracting(Figure.Panel::title)
        .containsExactly("Forgotten", "Kept");
    assertThat(rows(figure, 0)).hasSize(4 * 3);
    assertThat(rows(figure, 1)).hasSize(7 * 3);
    assertThat(figure.table().rows()).hasSize(11);
    assertThat(figure.caption().get(1)).endsWith("sentence encoder: an encoder.");
    RunContents bare =
        with(
            runs.get(0),
            List.of(
                new Measurement(
                    "after", "tofu", "tofu.forget.mia_auc", 0.5, "ratio", 9, true, null)));
    JsonNode dot = rows(MeasuresFigure.of(List.of(bare), "").orElseThrow(), 0).get(0);
    assertThat(dot.path("low").isNull()).isTrue();
    assertThat(dot.path("text").asString()).isEqualTo("0.500 (n = 9)");
  }

  private static RunContents with(RunContents run, List<Measurement> measurements) {
    return new RunContents(
        run.folder(),
        run.label(),
        run.look(),
        run.manifest(),
        run.recipe(),
        run.journal(),
        run.mrd(),
        run.samples(),
        measurements,
        run.plan(),
        run.verdicts(),
        null);
  }

  @Test
  void mrdIsRankedFromHardToEasy() {
    Figure figure = MrdDistributionFigure.of(runs).orElseThrow();
    JsonNode bars = rows(figure, 0);
    assertThat(IntStream.range(0, bars.size()).map(i -> bars.get(i).path("count").asInt()).sum())
        .isEqualTo(40);
    JsonNode ranked = rows(figure, 1);
    assertThat(ranked).hasSize(40);
    for (int i = 1; i < ranked.size(); i++) {
      assertThat(ranked.get(i).path("mrd").asDouble())
          .isGreaterThanOrEqualTo(ranked.get(i - 1).path("mrd").asDouble());
    }
  }

  @Test
  void shareOfErrorInTheSpread() {
    // Values 1 and 3: variance 2. Errors 0.5 and 0.5: mean square 0.25. Share 0.125.
    List<MrdRow> rows = List.of(new MrdRow("a", 1, 0.5, 9, 9, 0), new MrdRow("b", 3, 0.5, 9, 9, 0));
    assertThat(MrdDistributionFigure.errorShare(rows)).isEqualTo(0.125);
    assertThat(MrdDistributionFigure.text(new MrdRow("a", 0.01321, 0.00084, 9, 9, 0)))
        .isEqualTo("0.01321\u00a0±\u00a00.00084");
  }

  @Test
  void dropIsPerTokenAndUniformOrderBorrowsMrd() {
    SampleRow sample = new SampleRow("0", "q", "a", 4, 2, List.of(2), -1, -9, null, null);
    assertThat(MrdDropFigure.drop(sample)).isEqualTo(2);
    Figure figure = MrdDropFigure.of(runs).orElseThrow();
    assertThat(figure.panels())
        .extracting(Figure.Panel::title)
        .containsExactly("uniform order", "MRD order");
    assertThat(rows(figure, 0)).hasSize(40);
    assertThat(MrdDropFigure.of(runs.subList(0, 1))).isEmpty();
  }

  @Test
  void drawsAreCountedForEachRun() {
    assertThat(DrawsFigure.bars(runs.get(0)))
        .containsExactly(new DrawsFigure.Bar("uniform order", 6, 40));
    assertThat(DrawsFigure.spread(runs.get(0)))
        .isEqualTo("Uniform order: 240 draws in all, every sample 6 times.");
    Figure figure = DrawsFigure.of(runs).orElseThrow();
    assertThat(rows(figure, 1)).hasSize(80);
  }

  @Test
  void refreshesGiveQuartilesAnEpoch() {
    List<MrdRow> rows =
        IntStream.rangeClosed(1, 5).mapToObj(i -> new MrdRow("" + i, i, 0, 1, 1, 0)).toList();
    assertThat(MrdRefreshFigure.epoch("r", 2, rows))
        .isEqualTo(new MrdRefreshFigure.Epoch("r", 2, 2, 3, 4, 5));
    assertThat(rows(MrdRefreshFigure.of(runs).orElseThrow(), 0)).hasSize(3);
  }

  @Test
  void looksShowForgettingAgainstKeeping() {
    RunContents run =
        RunReader.read(
                List.of(
                    new ForgetFixture()
                        .forgotten("a", 2, 1)
                        .forgotten("b", 2, 4)
                        .neverKnown("n")
                        .write(dir.resolve("forget"))))
            .get(0);
    List<ForgettingFigure.Look> looks = ForgettingFigure.looks(run.journal());
    assertThat(looks).hasSize(5);
    // Of 3 requests 1 was never known: the share is of the other 2.
    assertThat(looks.stream().map(ForgettingFigure.Look::share))
        .containsExactly(0.0, 50.0, 50.0, 50.0, 100.0);
    // From 0.1 to 0.12 in 4 updates.
    assertThat(looks.get(2).rise()).isCloseTo(0.01, within(1e-12));
    Figure figure = ForgettingFigure.of(run, "forgetting", "").orElseThrow();
    assertThat(figure.panels()).hasSize(2);
    assertThat(figure.panels().get(1).spec().toString()).contains("\"datum\":0.05");
    assertThat(figure.table().rows()).hasSize(5);
    assertThat(figure.caption().get(0)).contains("the 2 requests", "(1 more it knew");
    assertThat(ForgettingFigure.of(runs.get(0), "none", "")).isEmpty();
  }

  @Test
  void lossCurvesAreThinnedAndKeepTheLastUpdate() {
    assertThat(LossFigure.of(runs).orElseThrow().panels()).hasSize(3);
    List<JournalView.Update> updates =
        IntStream.rangeClosed(1, 1000)
            .mapToObj(i -> new JournalView.Update(i, 0, 0, 0, 0, 0, 0))
            .toList();
    List<JournalView.Update> thinned = LossFigure.thinned(updates);
    assertThat(thinned).hasSize(501);
    assertThat(thinned.get(500).update()).isEqualTo(1000);
    assertThat(thinned.get(1).update()).isEqualTo(3);
  }
}
