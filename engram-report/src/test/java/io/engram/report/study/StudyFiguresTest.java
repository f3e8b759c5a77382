package io.engram.report.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyTable;
import io.engram.report.StudyFixture;
import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.Figure;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class StudyFiguresTest {
  private static StudyFigure figure(Kind kind, Axis x, Axis y, Series... series) {
    return new StudyFigure("f", "F", List.of("Read so."), kind, x, y, "± 1", List.of(series));
  }

  private static JsonNode rows(Figure figure, int panel) {
    return figure.panels().get(panel).spec().path("data").path("values");
  }

  private static List<String> texts(List<Cell> row) {
    return row.stream().map(Cell::text).toList();
  }

  @Test
  void aForestHasItsRowsIntervalsAndZero() {
    Figure figure = StudyFigures.of(StudyFixture.forest("|mean ℓ|"));
    JsonNode rows = rows(figure, 0);
    assertThat(rows).hasSize(6);
    assertThat(rows.get(0).path("x").asDouble()).isEqualTo(0.77);
    assertThat(rows.get(0).path("low").asDouble()).isEqualTo(0.6);
    assertThat(rows.get(0).path("high").asDouble()).isEqualTo(0.88);
    assertThat(rows.get(3).path("low").isNull()).isTrue();
    JsonNode spec = figure.panels().get(0).spec();
    assertThat(spec.path("layer").get(0).path("encoding").path("x").path("datum").asInt(-1))
        .isZero();
    assertThat(figure.keys())
        .extracting(Figure.Key::label)
        .containsExactly("all samples", "tokens held fixed");
    assertThat(texts(figure.table().rows().get(0)))
        .containsExactly("all samples", "labelled tokens", "0.770", "0.600", "0.880");
    assertThat(figure.table().columns().get(3))
        .isEqualTo(DataTable.numbers("from", "95 % interval"));
  }

  @Test
  void whatHasNoPlaceOnTheAxesIsInTheTableAndSaidSo() {
    Figure figure =
        StudyFigures.of(
            figure(
                Kind.SCATTER,
                Axis.logarithmic("σ", ""),
                Axis.logarithmic("MRD", ""),
                Series.of(
                    "s",
                    List.of(
                        Point.between(1, 2, -1, 5),
                        Point.at(0, 1, null),
                        Point.at(1, Double.NaN, null)))));
    assertThat(rows(figure, 0)).hasSize(1);
    // The interval's end below 0 goes down to the lowest number there is.
    assertThat(rows(figure, 0).get(0).path("low").asDouble()).isEqualTo(2);
    assertThat(figure.table().rows()).hasSize(3);
    assertThat(texts(figure.table().rows().get(0))).containsExactly("1", "2", "−1", "5");
    assertThat(figure.caption())
        .containsExactly(
            "Read so.",
            "2 points are in the table and not in the picture: not finite, or not above 0 on a"
                + " logarithmic axis.");
    assertThat(figure.keys()).isEmpty();
  }

  @Test
  void backgroundHasNoEntryInTheLegend() {
    Series thin = new Series("sample 1", true, List.of(Point.at(1, 1, null)));
    Series median = Series.of("median", List.of(Point.at(1, 2, null)));
    Axis axis = Axis.linear("x", "s");
    Figure figure = StudyFigures.of(figure(Kind.LINE, axis, axis, thin, median));
    assertThat(figure.keys())
        .containsExactly(new Figure.Key("median", "var(--run-1)", "line", false));
    assertThat(rows(figure, 0).get(0).path("background").asBoolean()).isTrue();
  }

  @Test
  void manySeriesRunFromTheFirstColourToTheSecond() {
    Series[] series =
        IntStream.range(0, 5)
            .mapToObj(i -> Series.of("s" + i, List.of(Point.at(1, i, null))))
            .toArray(Series[]::new);
    Axis axis = Axis.linear("x", "");
    assertThat(StudyFigures.of(figure(Kind.LINE, axis, axis, series)).keys())
        .extracting(Figure.Key::colour)
        .startsWith("color-mix(in oklch, var(--run-2) 0%, var(--run-1))")
        .endsWith("color-mix(in oklch, var(--run-2) 100%, var(--run-1))")
        .contains("color-mix(in oklch, var(--run-2) 50%, var(--run-1))");
  }

  @Test
  void histogramsShareTheirBins() {
    List<Point> low = List.of(Point.value(0), Point.value(1));
    List<Point> high = List.of(Point.value(7), Point.value(7.5), Point.value(8));
    Axis axis = Axis.linear("v", "s");
    Figure figure =
        StudyFigures.of(
            figure(Kind.HISTOGRAM, axis, axis, Series.of("a", low), Series.of("b", high)));
    // 0 to 8 in 8 bins of width 1, and one for 8 itself.
    assertThat(rows(figure, 0)).hasSize(9);
    assertThat(counts(rows(figure, 0))).containsExactly(1, 1, 0, 0, 0, 0, 0, 0, 0);
    assertThat(counts(rows(figure, 1))).containsExactly(0, 0, 0, 0, 0, 0, 0, 2, 1);
    assertThat(texts(figure.table().rows().get(7))).endsWith("0", "2");
  }

  private static int[] counts(JsonNode bars) {
    return IntStream.range(0, bars.size()).map(i -> bars.get(i).path("count").asInt()).toArray();
  }

  @Test
  void rowNamesAreBrokenAtBlanks() {
    assertThat(StudyBars.wrap("MRD, absolute value outside, σ = 0.001"))
        .isEqualTo("MRD, absolute value\noutside, σ = 0.001");
    assertThat(StudyBars.wrap("tokens")).isEqualTo("tokens");
  }

  @Test
  void tablesKnowNumbersFromWords() {
    DataTable table =
        StudyNumbers.of(
            new StudyTable(
                "T",
                "",
                List.of(StudyTable.Column.of("name"), new StudyTable.Column("t", "s")),
                List.of(
                    Arrays.asList("a", 1234567),
                    Arrays.asList("b", -0.00012345),
                    Arrays.asList("c", null))));
    assertThat(table.columns())
        .containsExactly(DataTable.words("name"), DataTable.numbers("t", "s"));
    assertThat(table.rows())
        .extracting(row -> row.get(1).text())
        .containsExactly("1,234,567", "−1.23e−04", "–");
    assertThat(table.rows().get(1).get(1).sortKey()).isEqualTo("-1.2345E-4");
  }
}
