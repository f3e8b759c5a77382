package io.engram.core.sample;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The articles of WikiText, from its lines: {@code = Title =} begins one, {@code = = Section = =}
 * doesn't. Rows that hold a whole {@code page} are taken as they are.
 *
 * <p>The text is WikiText's own: {@code @-@} and the blanks around punctuation stay.
 */
final class WikiTextPages {
  private static final Pattern TITLE = Pattern.compile("\\s*= (?!=).*(?<!=) =\\s*");

  private WikiTextPages() {}

  /**
   * The articles' rows.
   *
   * @throws EngramException if a row has neither a text nor a page
   */
  static List<SampleRows.Row> of(List<SampleRows.Row> rows) {
    List<SampleRows.Row> pages = new ArrayList<>();
    StringBuilder page = new StringBuilder();
    String where = "";
    for (SampleRows.Row row : rows) {
      boolean whole = row.fields().path("page").isString();
      String line = row.fields().path(whole ? "page" : "text").asString("");
      if (!whole && !row.fields().path("text").isString()) {
        throw EngramException.usage(
            "%s has the fields %s; WikiText has a text a line or a page a row"
                .formatted(row.where(), row.fields().propertyNames()));
      }
      if (whole || page.isEmpty() || TITLE.matcher(line).matches()) {
        add(pages, page, where);
        where = row.where();
      }
      page.append(line.stripTrailing()).append('\n');
    }
    add(pages, page, where);
    return pages;
  }

  private static void add(List<SampleRows.Row> pages, StringBuilder page, String where) {
    String text = page.toString().strip();
    page.setLength(0);
    if (!text.isEmpty()) {
      pages.add(new SampleRows.Row(JsonNodeFactory.instance.objectNode().put("text", text), where));
    }
  }
}
