package io.engram.report.figure;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * A figure of the page: pictures, what they mean, and their numbers as a table.
 *
 * @param id anchor on the page
 * @param caption how to read it, and the result
 * @param keys the meaning of colours and shapes
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

  /**
   * One picture of a figure. Pictures side by side are panels and not a Vega-Lite facet, because
   * only a single view can adapt to a phone's width.
   *
   * @param title shown above it; empty: none
   * @param spec its Vega-Lite specification, data included
   */
  public record Panel(String title, ObjectNode spec) {}
}
