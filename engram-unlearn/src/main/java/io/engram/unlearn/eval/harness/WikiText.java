package io.engram.unlearn.eval.harness;

import io.engram.core.sample.DataRow;
import io.engram.unlearn.eval.generative.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * WikiText's articles, and its tokenised text as people write it. An article begins at a line
 * {@code = Title =}.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code lm_eval/tasks/wikitext/preprocess_wikitext.py},
 * and the loader of its data set, {@code EleutherAI/wikitext_document_level}.
 */
final class WikiText {
  private static final String SPACE = PythonText.SPACE;
  private static final Pattern WORDS = Pattern.compile(SPACE + "+");

  /** Patterns and replacements, applied one after another. */
  private static final List<Rule> RULES =
      List.of(
          plain("s '", "s'"),
          // Meant as digits after an apostrophe; kept because the harness does the same.
          new Rule(Pattern.compile("/' [0-9]/"), "/'[0-9]/"),
          plain(" @-@ ", "-"),
          plain(" @,@ ", ","),
          plain(" @.@ ", "."),
          plain(" : ", ": "),
          plain(" ; ", "; "),
          plain(" . ", ". "),
          plain(" ! ", "! "),
          plain(" ? ", "? "),
          plain(" , ", ", "),
          enclosed("\\(", "[^\\)]", "\\)", "($1)"),
          enclosed("\\[", "[^\\]]", "\\]", "[$1]"),
          enclosed("\\{", "[^}]", "\\}", "{$1}"),
          enclosed("\"", "[^\"]", "\"", "\"$1\""),
          enclosed("'", "[^']", "'", "'$1'"),
          plain("= = = =", "===="),
          plain("= = =", "==="),
          plain("= =", "=="),
          plain(" \u00b0 ", "\u00b0"),
          plain(" \n", "\n"),
          plain("\n ", "\n"),
          plain(" N ", " 1 "),
          plain(" 's", "'s"));

  private record Rule(Pattern found, String put) {}

  private WikiText() {}

  private static Rule plain(String found, String put) {
    return new Rule(Pattern.compile(found, Pattern.LITERAL), put);
  }

  private static Rule enclosed(String open, String inside, String close, String put) {
    return new Rule(
        Pattern.compile(open + SPACE + "*(" + inside + "*?)" + SPACE + "*" + close), put);
  }

  /** The page without traces of tokenisation. */
  static String detokenized(String page) {
    String text = page;
    for (Rule rule : RULES) {
      text = rule.found().matcher(text).replaceAll(rule.put());
    }
    return text;
  }

  /** Words of the tokenised page: the pieces between blanks, including empty ones at its ends. */
  static int words(String page) {
    return (int) WORDS.matcher(page).results().count() + 1;
  }

  /**
   * Rows that hold one page each stay unchanged; lines, or a whole file in one row, are split at
   * the titles.
   */
  static List<DataRow> pages(List<DataRow> rows) {
    if (rows.stream().anyMatch(row -> Columns.text(row, "page") != null)) {
      return rows;
    }
    StringBuilder whole = new StringBuilder();
    for (DataRow row : rows) {
      String text = Columns.text(Columns.required(row, List.of("text"), "wikitext"), "text");
      // An empty line in the files is a blank, which the hub's rows have lost.
      String line = text == null || text.isEmpty() ? " " : text;
      whole.append(line.endsWith("\n") ? line : line + "\n");
    }
    String where = rows.get(0).where().replaceFirst(" (line|row) \\d+$", "");
    List<DataRow> pages = new ArrayList<>();
    for (String page : cut(whole.toString().replace("\r\n", "\n"))) {
      pages.add(
          new DataRow(
              JsonNodeFactory.instance.objectNode().put("page", page),
              where + " page " + pages.size()));
    }
    return pages;
  }

  private static List<String> cut(String text) {
    List<String> pages = new ArrayList<>();
    List<String> page = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      if (isTitle(line)) {
        addUnlessBlank(pages, page);
        page.clear();
      }
      page.add(line);
    }
    addUnlessBlank(pages, page);
    return pages;
  }

  private static void addUnlessBlank(List<String> pages, List<String> lines) {
    String page = String.join("\n", lines);
    if (!page.isBlank()) {
      pages.add(page);
    }
  }

  private static boolean isTitle(String line) {
    String merged = PythonText.strip(line.replace("= = =", "===").replace("= =", "=="));
    return merged.startsWith("= ") && merged.endsWith(" =");
  }
}
