package io.engram.cli.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A text table whose columns are as wide as their widest cell; the last column is not padded. */
public final class Table {
  private final List<String[]> rows = new ArrayList<>();

  /** With these headings. */
  public Table(String... headings) {
    rows.add(headings);
  }

  /** Adds a row with one cell per heading. A line break in a cell is shown as ⏎. */
  public void row(String... cells) {
    if (cells.length != rows.get(0).length) {
      throw new IllegalArgumentException(
          cells.length + " cells for " + rows.get(0).length + " columns");
    }
    rows.add(Arrays.stream(cells).map(cell -> cell.replaceAll("\\R", "⏎")).toArray(String[]::new));
  }

  /** The lines, joined; no line break at the end. */
  @Override
  public String toString() {
    int[] widths = widths();
    return String.join("\n", rows.stream().map(row -> line(row, widths)).toList());
  }

  /** Characters of the longest line. */
  int width() {
    int[] widths = widths();
    return rows.stream().mapToInt(row -> line(row, widths).length()).max().orElse(0);
  }

  private int[] widths() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    return widths;
  }

  private static String line(String[] row, int[] widths) {
    String[] padded = Arrays.copyOf(row, row.length);
    for (int i = 0; i < row.length; i++) {
      padded[i] = row[i] + " ".repeat(widths[i] - row[i].length());
    }
    return String.join("  ", padded).stripTrailing();
  }
}
