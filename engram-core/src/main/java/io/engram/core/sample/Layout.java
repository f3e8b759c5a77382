package io.engram.core.sample;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Public data sets that are read in a way of their own, by the word before the colon of a source:
 * {@code pku:FILE}. What a row isn't changed by, {@code c4} among them, has a name here for the
 * sake of the message where its file is missing.
 *
 * <p>Sizes and licences are those of the sets' cards on the Hugging Face hub.
 */
enum Layout {
  /** A book as plain text: one sample, to be cut into pieces. */
  BOOK(
      ".txt",
      "Any book as plain text, UTF-8, will do; data/books/moby-dick.txt comes with Engram. The"
          + " paper's, the Harry Potter series, is under copyright and nobody gives it away: use"
          + " the text of a copy of your own where your law allows it."),
  /** Preferences about safety: each unsafe response is a sample. */
  PKU(
      "train.jsonl",
      "PKU-SafeRLHF (83,400 pairs in all, of three models; CC BY-NC 4.0, not for commercial use):\n"
          + "engram fetch dataset:PKU-Alignment/PKU-SafeRLHF --out datasets/pku-saferlhf"),
  /** The corpora of WMDP: a document a row. */
  WMDP(
      "train-00000-of-00001.parquet",
      "WMDP's corpora (MIT; cyber-forget-corpus 1,000 documents in 11 MB, cyber-retain-corpus"
          + " 4,473 in 26 MB, bio-retain-corpus 60,887 in 884 MB):\n"
          + "engram fetch dataset:cais/wmdp-corpora --file 'cyber-*' --out datasets/wmdp-corpora\n"
          + "bio-forget-corpus is given on request to its authors alone; name your file of it."),
  /** Web pages, a document a line. */
  C4(
      "c4-train.00001-of-01024.json.gz",
      "C4 (ODC-BY; 1,024 files of 318 MB; one is more than enough, and limit reads its head):\n"
          + "engram fetch dataset:allenai/c4 --file en/c4-train.00001-of-01024.json.gz --out"
          + " datasets/c4"),
  /** Wikipedia's good articles, a line or a row a paragraph: each article is a sample. */
  WIKITEXT(
      "train-00000-of-00001.parquet",
      "WikiText (CC BY-SA 3.0 and GFDL; wikitext-2-raw-v1 has 600 articles to train on, 8 MB in"
          + " all):\n"
          + "engram fetch dataset:Salesforce/wikitext --file 'wikitext-2-raw-v1/*' --out"
          + " datasets/wikitext");

  private final String example;
  private final String origin;

  Layout(String example, String origin) {
    this.example = example;
    this.origin = origin;
  }

  /** What stands before the colon. */
  String prefix() {
    return name().toLowerCase(Locale.ROOT) + ":";
  }

  /** What a source may look like: {@code pku:train.jsonl}. */
  String example() {
    return prefix() + example;
  }

  /** What to fetch, how large it is and under which licence. */
  String origin() {
    return origin;
  }

  /** Whether the first samples are in the first rows, so that the rest needn't be read. */
  boolean keepsRows() {
    return this == WMDP || this == C4;
  }

  /** The layout that a source names. */
  static Optional<Layout> of(String source) {
    return Arrays.stream(values()).filter(l -> source.startsWith(l.prefix())).findFirst();
  }

  /** The rows of a file, each of which is a sample. */
  List<DataRow> rows(Path file, String name, int most) {
    return switch (this) {
      case BOOK -> BookText.rows(file, name);
      case PKU -> UnsafeResponses.of(DataRow.read(file, name));
      case WMDP -> Documents.of(DataRow.read(file, name, most));
      case C4 -> DataRow.read(file, name, most);
      case WIKITEXT -> WikiTextPages.of(DataRow.read(file, name));
    };
  }

  /**
   * The documents of WMDP's corpora: the field {@code text}. The corpus on biology has a title and
   * an abstract beside it, which are left out, as its authors do; where a row has no text they
   * stand for it.
   *
   * <p><b>Source:</b> Li et al.: The WMDP benchmark (2024); the fields of cais/wmdp-corpora and
   * cais/wmdp-bio-forget-corpus.
   */
  private static final class Documents {
    private Documents() {}

    static List<DataRow> of(List<DataRow> rows) {
      return rows.stream().map(Documents::document).toList();
    }

    private static DataRow document(DataRow row) {
      ObjectNode fields = row.fields();
      if (!text(fields, "text").isBlank()) {
        return row;
      }
      String text = (text(fields, "title") + "\n" + text(fields, "abstract")).strip();
      if (text.isEmpty()) {
        throw EngramException.usage(
            "%s has the fields %s; a document of WMDP has a text, or a title and an abstract"
                .formatted(row.where(), fields.propertyNames()));
      }
      return new DataRow(fields.deepCopy().put("text", text), row.where());
    }

    private static String text(ObjectNode fields, String name) {
      return fields.path(name).asString("");
    }
  }

  /**
   * The negatives of PKU-SafeRLHF: every response that was labelled unsafe, with its prompt. A row
   * has two responses, so it gives none, one or two samples, and keeps its other fields.
   *
   * <p><b>Source:</b> App. C.1; which responses count is as in SOUL's {@code SafePku.py}.
   */
  private static final class UnsafeResponses {
    private static final int RESPONSES = 2;

    private UnsafeResponses() {}

    /**
     * The samples' rows.
     *
     * @throws EngramException naming the fields that a row lacks, or a label that is neither true
     *     nor false
     */
    static List<DataRow> of(List<DataRow> rows) {
      List<DataRow> unsafe = new ArrayList<>();
      for (DataRow row : rows) {
        requireFields(row);
        for (int i = 0; i < RESPONSES; i++) {
          if (!isSafe(row, i)) {
            ObjectNode sample = row.fields().deepCopy();
            sample.set("response", row.fields().get("response_" + i));
            unsafe.add(new DataRow(sample, row.where()));
          }
        }
      }
      return unsafe;
    }

    private static void requireFields(DataRow row) {
      List<String> missing =
          Stream.of(
                  "prompt", "response_0", "response_1", "is_response_0_safe", "is_response_1_safe")
              .filter(name -> !row.fields().has(name))
              .toList();
      if (!missing.isEmpty()) {
        boolean preference =
            row.fields().has("better_response_id") || row.fields().has("safer_response_id");
        throw EngramException.usage(
            "%s has no %s; its fields are %s%s"
                .formatted(
                    row.where(),
                    String.join(", ", missing),
                    row.fields().propertyNames(),
                    preference
                        ? ". Which response is better or safer doesn't tell whether it is unsafe."
                        : ""));
      }
    }

    /** Tables have no truth values, only the words. */
    private static boolean isSafe(DataRow row, int response) {
      String name = "is_response_" + response + "_safe";
      JsonNode label = row.fields().path(name);
      String word = label.asString("").toLowerCase(Locale.ROOT);
      if (label.isBoolean() || word.equals("true") || word.equals("false")) {
        return label.isBoolean() ? label.asBoolean() : word.equals("true");
      }
      throw EngramException.usage(
          "%s: %s is %s; true or false is right".formatted(row.where(), name, label));
    }
  }

  /**
   * The articles of WikiText, from its lines: {@code = Title =} begins one, {@code = = Section = =}
   * doesn't. Rows that hold a whole {@code page} are taken as they are.
   *
   * <p>The text is WikiText's own: {@code @-@} and the blanks around punctuation stay.
   */
  private static final class WikiTextPages {
    private static final Pattern TITLE = Pattern.compile("\\s*= (?!=).*(?<!=) =\\s*");

    private WikiTextPages() {}

    /**
     * The articles' rows.
     *
     * @throws EngramException if a row has neither a text nor a page
     */
    static List<DataRow> of(List<DataRow> rows) {
      List<DataRow> pages = new ArrayList<>();
      StringBuilder page = new StringBuilder();
      String where = "";
      for (DataRow row : rows) {
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

    private static void add(List<DataRow> pages, StringBuilder page, String where) {
      String text = page.toString().strip();
      page.setLength(0);
      if (!text.isEmpty()) {
        pages.add(new DataRow(JsonNodeFactory.instance.objectNode().put("text", text), where));
      }
    }
  }
}
