package io.engram.report.figure;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a Vega-Lite specification from its fixed part, written as JSON, and its rows. Colours are
 * the page's CSS variables, so the same drawing works in light and dark mode and on paper; fonts
 * and axes come from the page's script.
 */
public final class Vega {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Vega() {}

  /**
   * A figure's specification with its data.
   *
   * @param description the picture's text for screen readers
   * @param height in pixels; the width is the page's
   * @param view the specification without data and size
   * @param rows records, whose components are the fields that the view names
   */
  public static ObjectNode spec(String description, int height, String view, List<?> rows) {
    ObjectNode spec = (ObjectNode) MAPPER.readTree(view);
    spec.put("description", description);
    spec.put("width", "container");
    spec.put("height", height);
    spec.putObject("data").set("values", MAPPER.valueToTree(rows));
    return spec;
  }

  /** A JSON value: a list of texts or numbers for a scale's domain or range. */
  public static String json(Object value) {
    return MAPPER.writeValueAsString(value);
  }
}
