package io.engram.report.study;

import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyTable;
import io.engram.core.text.NumberText;
import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Tables of a study: the points of a figure, and its own tables. */
public final class StudyNumbers {
  /** A longer table starts collapsed. */
  private static final int SHORT = 16;

  /** A text that reads as a number, such as "0.52 ± 0.03". */
  private static final Pattern NUMBER = Pattern.compile("[−+-]?[\\d.].*|–");

  /** From this size on, a number without a fraction may have lost digits. */
  private static final double EXACT = 1e15;

  private StudyNumbers() {}

  /** Every point of a figure, even those that don't fit into the picture. */
  static DataTable of(StudyFigure figure) {
    boolean series = figure.series().size() > 1;
    boolean labels = any(figure, point -> point.label() != null);
    boolean pairs = figure.kind().pairs();
    boolean ends = any(figure, point -> point.low() != null);
    List<DataTable.Column> columns = new ArrayList<>();
    add(columns, series, DataTable.words("Series"));
    add(columns, labels, DataTable.words(pairs ? "Point" : figure.y().label()));
    add(columns, true, DataTable.numbers(figure.x().label(), figure.x().unit()));
    add(columns, pairs, DataTable.numbers(figure.y().label(), figure.y().unit()));
    add(columns, ends, DataTable.numbers("from", figure.interval()));
    add(columns, ends, DataTable.numbers("to", figure.interval()));
    List<List<Cell>> rows = new ArrayList<>();
    for (Series one : figure.series()) {
      for (Point point : one.points()) {
        List<Cell> row = new ArrayList<>();
        add(row, series, Cell.text(one.label()));
        add(row, labels, cell(point.label()));
        add(row, true, cell(point.x()));
        add(row, pairs, cell(point.y()));
        add(row, ends, cell(point.low()));
        add(row, ends, cell(point.high()));
        rows.add(row);
      }
    }
    return new DataTable("The numbers of this figure", rows.size() <= SHORT, columns, rows);
  }

  /** A table of the study, unchanged. */
  public static DataTable of(StudyTable table) {
    List<DataTable.Column> columns =
        IntStream.range(0, table.columns().size())
            .mapToObj(
                i ->
                    new DataTable.Column(
                        table.columns().get(i).title(),
                        table.columns().get(i).unit(),
                        table.rows().stream().allMatch(row -> numeric(row.get(i)))))
            .toList();
    List<List<Cell>> rows =
        table.rows().stream().map(row -> row.stream().map(StudyNumbers::cell).toList()).toList();
    return new DataTable(table.title(), rows.size() <= SHORT, columns, rows);
  }

  private static boolean numeric(@Nullable Object cell) {
    return cell == null || cell instanceof Number || NUMBER.matcher(cell.toString()).matches();
  }

  private static Cell cell(@Nullable Object value) {
    if (value == null) {
      return Cell.none();
    }
    if (!(value instanceof Number given)) {
      return Cell.text(value.toString());
    }
    double number = given.doubleValue();
    if (!Double.isFinite(number)) {
      return Cell.text(String.valueOf(number));
    }
    boolean whole = number == Math.rint(number) && Math.abs(number) < EXACT;
    String text = whole ? NumberText.count((long) number) : NumberText.significant(number);
    return new Cell(text.replace('-', '−'), Double.toString(number), Cell.Provenance.MEASURED);
  }

  private static boolean any(StudyFigure figure, Predicate<Point> has) {
    return figure.series().stream().flatMap(one -> one.points().stream()).anyMatch(has);
  }

  private static <T> void add(List<T> to, boolean wanted, T value) {
    if (wanted) {
      to.add(value);
    }
  }
}
