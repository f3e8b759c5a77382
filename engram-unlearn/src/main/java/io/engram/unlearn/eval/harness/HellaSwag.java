package io.engram.unlearn.eval.harness;

import io.engram.core.sample.DataRow;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;

/**
 * Rows of HellaSwag: the activity, a colon and both parts of the context become the query; traces
 * of WikiHow's pages are taken out of it and of the endings.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code lm_eval/tasks/hellaswag/utils.py}.
 */
final class HellaSwag {
  /** As in Python, a point is anything but a line feed. */
  private static final Pattern BRACKETS = Pattern.compile("(?d)\\[.*?\\]");

  private HellaSwag() {}

  /** A row that has a query already keeps it, cleaned. */
  static DataRow mend(DataRow row) {
    String activity = Columns.text(row, "activity_label");
    String first = Columns.text(row, "ctx_a");
    String second = Columns.text(row, "ctx_b");
    if (activity != null && first != null && second != null) {
      String context = first + " " + PythonText.capitalize(second);
      row.fields().put("query", activity + ": " + context);
    }
    if (row.fields().path("query").isString()) {
      Columns.put(row, "query", HellaSwag::cleaned);
    }
    if (row.fields().path("endings").isArray()) {
      List<String> endings = Columns.texts(row, "endings");
      ArrayNode clean = row.fields().putArray("endings");
      endings.forEach(ending -> clean.add(cleaned(ending)));
    }
    return row;
  }

  static String cleaned(String text) {
    String titles = PythonText.strip(text).replace(" [title]", ". ");
    return BRACKETS.matcher(titles).replaceAll("").replace("  ", " ");
  }
}
