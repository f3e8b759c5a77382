package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.core.sample.DataRow;
import io.engram.unlearn.eval.generative.PythonText;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Changes that the rows of some data sets need before a template can use them. A task names it in
 * its YAML file; most tasks need none.
 */
enum RowMending {
  /** {@link #hellaSwag}. */
  HELLASWAG,
  /** {@link #winogrande}. */
  WINOGRANDE,
  /** {@link #truthfulQa}. */
  TRUTHFULQA,
  /** {@link WikiText#pages}. */
  WIKITEXT;

  /** As in Python, a dot matches anything but a line feed. */
  private static final Pattern BRACKETS = Pattern.compile("(?d)\\[.*?\\]");

  /** The rows as the task needs them; null: unchanged. */
  static List<DataRow> mended(List<DataRow> rows, @Nullable String name) {
    RowMending named = named(name);
    return named == null ? rows : named.of(rows);
  }

  /** All names. */
  static List<String> names() {
    return Arrays.stream(values()).map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
  }

  /** The mending of this name; null: none. */
  static @Nullable RowMending named(@Nullable String name) {
    return name == null ? null : valueOf(name.toUpperCase(Locale.ROOT));
  }

  private List<DataRow> of(List<DataRow> rows) {
    return switch (this) {
      case HELLASWAG -> rows.stream().map(RowMending::hellaSwag).toList();
      case WINOGRANDE -> rows.stream().map(RowMending::winogrande).toList();
      case TRUTHFULQA -> rows.stream().map(RowMending::truthfulQa).toList();
      case WIKITEXT -> WikiText.pages(rows);
    };
  }

  /**
   * A row of HellaSwag: the activity, a colon and both parts of the context become the query;
   * traces of WikiHow's pages are removed from it and from the endings. A row that already has a
   * query keeps it, cleaned.
   *
   * <p><b>Source:</b> lm-evaluation-harness, {@code lm_eval/tasks/hellaswag/utils.py}.
   */
  static DataRow hellaSwag(DataRow row) {
    String activity = Columns.text(row, "activity_label");
    String first = Columns.text(row, "ctx_a");
    String second = Columns.text(row, "ctx_b");
    if (activity != null && first != null && second != null) {
      String context = first + " " + PythonText.capitalize(second);
      row.fields().put("query", activity + ": " + context);
    }
    if (row.fields().path("query").isString()) {
      Columns.put(row, "query", RowMending::withoutTraces);
    }
    if (row.fields().path("endings").isArray()) {
      List<String> endings = Columns.texts(row, "endings");
      ArrayNode clean = row.fields().putArray("endings");
      endings.forEach(ending -> clean.add(withoutTraces(ending)));
    }
    return row;
  }

  /** A text of HellaSwag without WikiHow's titles and brackets. */
  static String withoutTraces(String text) {
    String titles = PythonText.strip(text).replace(" [title]", ". ");
    return BRACKETS.matcher(titles).replaceAll("").replace("  ", " ");
  }

  /**
   * A row of Winogrande, partially scored: it compares the probability of the text after the blank,
   * with each option in the blank's place. So each row becomes two contexts and one suffix.
   *
   * <p><b>Source:</b> lm-evaluation-harness, {@code
   * lm_eval/tasks/winogrande/preprocess_winogrande.py}; Trinh and Le, A Simple Method for
   * Commonsense Reasoning (2018).
   *
   * @throws EngramException if the sentence doesn't have a blank followed by a text
   */
  static DataRow winogrande(DataRow row) {
    String sentence = Columns.text(row, "sentence");
    if (sentence == null) {
      Columns.required(row, List.of("sentence", "option1", "option2", "answer"), "winogrande");
      return row;
    }
    int blank = sentence.indexOf('_');
    String suffix = blank < 0 ? "" : PythonText.strip(sentence.substring(blank + 1));
    if (suffix.isEmpty()) {
      throw EngramException.usage(
          "%s: the sentence has no blank _ with a text after it: %s"
              .formatted(row.where(), sentence));
    }
    ArrayNode contexts = row.fields().putArray("contexts");
    for (String option : List.of("option1", "option2")) {
      String text = Columns.text(Columns.required(row, List.of(option), "winogrande"), option);
      contexts.add(sentence.substring(0, blank) + text);
    }
    row.fields().put("suffix", suffix);
    return row;
  }

  /**
   * A row of TruthfulQA. The benchmark's own table has answers in cells, separated by semicolons:
   * mc1 is then the best answer with all false ones, mc2 all true with all false ones. A row with
   * targets keeps them.
   *
   * <p><b>Source:</b> Lin, Hilton, Evans: TruthfulQA (2022), section 3.
   */
  static DataRow truthfulQa(DataRow row) {
    String best = Columns.text(row, "Best Answer");
    String right = Columns.text(row, "Correct Answers");
    String wrong = Columns.text(row, "Incorrect Answers");
    if (best != null && right != null && wrong != null) {
      row.fields().set("question", row.fields().path("Question"));
      List<String> untrue = answers(wrong);
      put(row.fields().putObject("mc1_targets"), List.of(best.strip()), untrue);
      put(row.fields().putObject("mc2_targets"), answers(right), untrue);
    }
    return row;
  }

  private static List<String> answers(String cell) {
    return Arrays.stream(cell.split(";", -1)).map(String::strip).filter(a -> !a.isEmpty()).toList();
  }

  private static void put(ObjectNode targets, List<String> right, List<String> wrong) {
    ArrayNode choices = targets.putArray("choices");
    ArrayNode labels = targets.putArray("labels");
    right.forEach(
        answer -> {
          choices.add(answer);
          labels.add(1);
        });
    wrong.forEach(
        answer -> {
          choices.add(answer);
          labels.add(0);
        });
  }
}
