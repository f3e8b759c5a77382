package io.engram.report.figure;

import java.util.List;

/**
 * A table of the page.
 *
 * @param caption what its rows are; read out by screen readers and shown as its summary
 * @param open whether it starts open; a long one starts collapsed behind its caption
 */
public record DataTable(String caption, boolean open, List<Column> columns, List<List<Cell>> rows) {
  /**
   * What a column holds.
   *
   * @param unit shown under the title; empty: none
   */
  public record Column(String title, String unit, boolean numeric) {}

  /** A column of words. */
  public static Column words(String title) {
    return new Column(title, "", false);
  }

  /** A column of numbers in one unit. */
  public static Column numbers(String title, String unit) {
    return new Column(title, unit, true);
  }
}
