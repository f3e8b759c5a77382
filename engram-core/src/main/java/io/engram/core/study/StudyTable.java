package io.engram.core.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Numbers that no figure shows.
 *
 * @param title of the table
 * @param caption how to read it; empty: none
 * @param rows of as many cells as there are columns: a text, a number in full precision, or null
 *     where nothing was measured
 */
public record StudyTable(
    String title, String caption, List<Column> columns, List<List<@Nullable Object>> rows) {
  /**
   * What a column holds.
   *
   * @param unit under the title; empty: none
   */
  public record Column(String title, String unit) {
    /** Checks the title. */
    public Column {
      Given.text(title, "a column", "title");
      unit = Given.orEmpty(unit);
    }

    /** Without a unit. */
    public static Column of(String title) {
      return new Column(title, "");
    }

    /** Several without a unit. */
    public static List<Column> of(String first, String second, String... others) {
      return Stream.concat(Stream.of(first, second), Arrays.stream(others))
          .map(Column::of)
          .toList();
    }
  }

  /** A number as a cell: null where it is NaN or infinite. */
  public static @Nullable Double cell(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /**
   * Checks the rows.
   *
   * @throws IllegalArgumentException naming the row that has another length, or a cell that is
   *     neither text nor number
   */
  public StudyTable {
    String name = "the table \"" + Given.text(title, "a table", "title") + "\"";
    caption = Given.orEmpty(caption);
    columns = Given.list(columns, name, "columns");
    List<List<@Nullable Object>> copied = new ArrayList<>();
    for (List<@Nullable Object> row : Given.list(rows, name, "rows")) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "%s has %d columns and a row of %d cells (row %d)"
                .formatted(name, columns.size(), row.size(), copied.size()));
      }
      for (Object cell : row) {
        if (cell != null && !(cell instanceof String) && !(cell instanceof Number)) {
          throw new IllegalArgumentException(
              name + " has the cell " + cell + ", which is neither text nor number");
        }
      }
      copied.add(Collections.unmodifiableList(new ArrayList<>(row)));
    }
    rows = List.copyOf(copied);
  }
}
