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
 * Public data sets with a layout of their own, selected by the prefix of a source: {@code
 * pku:FILE}. Some, such as {@code c4}, leave rows unchanged; they are listed here so that the
 * message about a missing file can say how to fetch it.
 *
 * <p>Sizes and licences are those of the sets' cards on the Hugging Face hub.
 */
enum Layout {
  /** A book as plain text: one sample, to be cut into chunks. */
  BOOK(
      ".txt",
      "Use any book as UTF-8 plain text; data/books/moby-dick.txt comes with Engram. The paper "
          + "uses the Harry Potter series, which is under copyright and not freely available: "
          + "use the text of a copy you own, where the law allows it."),
  /** Safety preferences: each unsafe response is a sample. */
  PKU(
      "train.jsonl",
      "PKU-SafeRLHF (83,400 pairs in all, of three models; CC BY-NC 4.0, not for commercial use):\n"
          + "engram fetch dataset:PKU-Alignment/PKU-SafeRLHF --out datasets/pku-saferlhf"),
  /** The corpora of WMDP: one document per row. */
  WMDP(
      "train-00000-of-00001.parquet",
      "WMDP's corpora (MIT; cyber-forget-corpus 1,000 documents in 11 MB, cyber-retain-corpus"
          + " 4,473 in 26 MB, bio-retain-corpus 60,887 in 884 MB):\n"
          + "engram fetch dataset:cais/wmdp-corpora --file 'cyber-*' --out datasets/wmdp-corpora\n"
          + "The authors provide bio-forget-corpus only on request; name your own file of it."),
  /** Web pages, one document per line. */
  C4(
      "c4-train.00001-of-01024.json.gz",
      "C4 (ODC-BY; 1,024 files of 318 MB; one is more than enough, and limit reads only its "
          + "beginning):\n"
          + "engram fetch dataset:allenai/c4 --file en/c4-train.00001-of-01024.json.gz --out"
          + " datasets/c4"),
  /** Good articles of Wikipedia, one paragraph per line or row: each article is a sample. */
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

  /** The prefix of a source, before the colon. */
  String prefix() {
    return name().toLowerCase(Locale.ROOT) + ":";
  }

  /** An example of a source: {@code pku:train.jsonl}. */
  String example() {
    return prefix() + example;
  }

  /** What to fetch, its size and its licence. */
  String origin() {
    return origin;
  }

  /** Whether the first samples come from the first rows, so that the rest need not be read. */
  boolean keepsRows() {
    return this == WMDP || this == C4;
  }

  /** The layout named by a source's prefix. */
  static Optional<Layout> of(String source) {
    return Arrays.stream(values()).filter(l -> source.startsWith(l.prefix())).findFirst();
  }

  /** The rows of a file, one per sample. */
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
   * The documents of WMDP's corpora: the field {@code text}. The biology corpus also has a title
   * and an abstract. They are dropped, as its authors do, unless a row has no text; then they
   * replace it.
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
   * The negatives of PKU-SafeRLHF: every response labelled unsafe, with its prompt. A row has two
   * responses, so it gives zero to two samples, which keep its other fields.
   *
   * <p><b>Source:</b> App. C.1; which responses count is as in SOUL's {@code SafePku.py}.
   */
  private static final class UnsafeResponses {
    private static final int RESPONSES = 2;

    private UnsafeResponses() {}

    /**
     * The rows of the samples.
     *
     * @throws EngramException if a row lacks fields, or a label is neither true nor false; the
     *     message names them
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
                        ? ". Knowing which response is better or safer does not say whether it "
                            + "is unsafe."
                        : ""));
      }
    }

    /** Tables have no booleans, only the words true and false. */
    private static boolean isSafe(DataRow row, int response) {
      String name = "is_response_" + response + "_safe";
      JsonNode label = row.fields().path(name);
      String word = label.asString("").toLowerCase(Locale.ROOT);
      if (label.isBoolean() || word.equals("true") || word.equals("false")) {
        return label.isBoolean() ? label.asBoolean() : word.equals("true");
      }
      throw EngramException.usage(
          "%s: %s is %s; it must be true or false".formatted(row.where(), name, label));
    }
  }

  /**
   * The articles of WikiText, from its lines: {@code = Title =} starts an article, {@code = =
   * Section = =} does not. Rows that hold a whole {@code page} are used unchanged.
   *
   * <p>The text is WikiText's own: {@code @-@} and the spaces around punctuation stay.
   */
  private static final class WikiTextPages {
    private static final Pattern TITLE = Pattern.compile("\\s*= (?!=).*(?<!=) =\\s*");

    private WikiTextPages() {}

    /**
     * The rows of the articles.
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
              "%s has the fields %s; WikiText needs one text per line or one page per row"
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
