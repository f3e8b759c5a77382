package io.engram.report;

import io.engram.core.run.JsonFiles;
import io.engram.report.figure.Figure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is embedded in the page: style, scripts, and the figures' specifications.
 *
 * @param specs JSON by panel id ({@code trade-off-0}), safe inside a script element
 */
public record Assets(String css, String script, List<String> vega, String specs, String licences) {
  private static final List<String> VEGA =
      List.of("vega/vega.min.js", "vega/vega-lite.min.js", "vega/vega-embed.min.js");

  /** The assets of a page with these figures. */
  static Assets of(List<Figure> figures) {
    return new Assets(
        resource("report.css"),
        resource("report.js"),
        figures.isEmpty() ? List.of() : VEGA.stream().map(Assets::library).toList(),
        specs(figures),
        allLicences());
  }

  private static String allLicences() {
    return Stream.of("vega", "vega-lite", "vega-embed", "BUNDLED")
        .map(name -> resource("vega/" + name + ".LICENSE.txt").strip())
        .collect(Collectors.joining("\n\n\n"));
  }

  private static String specs(List<Figure> figures) {
    Map<String, ObjectNode> specs = new LinkedHashMap<>();
    for (Figure figure : figures) {
      int index = 0;
      for (Figure.Panel panel : figure.panels()) {
        specs.put(figure.id() + "-" + index++, panel.spec());
      }
    }
    return insideScript(JsonFiles.line(specs));
  }

  /**
   * JSON that can't end its script element or begin a comment there: escapes markup characters, and
   * the two line ends that JSON allows but old JavaScript doesn't.
   */
  public static String insideScript(String json) {
    return json.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /** Without the pointer to a source map, which browsers would try to load from beside the page. */
  private static String library(String name) {
    return resource(name).replaceAll("(?m)^//# sourceMappingURL=.*$", "");
  }

  private static String resource(String name) {
    try (InputStream in = Assets.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The resource " + name + " is not in this build.");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
