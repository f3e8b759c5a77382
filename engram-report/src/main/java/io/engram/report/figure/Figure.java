package io.engram.report.figure;

import java.util.List;

/**
 * A figure of the page: pictures, what they mean, and their numbers as a table.
 *
 * @param id anchor on the page
 * @param caption how to read it, and what came out
 * @param keys what the colours and shapes stand for
 */
public record Figure(
    String id,
    String title,
    List<String> caption,
    List<Key> keys,
    List<Panel> panels,
    DataTable table) {
  /**
   * An entry of the legend.
   *
   * @param shape a Vega symbol: circle, square, diamond, triangle-up
   * @param hollow drawn as an outline
   */
  public record Key(String label, String colour, String shape, boolean hollow) {}
}
