package io.engram.unlearn.eval;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What suites read of a recipe's {@code eval} section.
 *
 * @param limit rows of each set; 0: all
 * @param encoder the sentence encoder that judges answers: built-in or a folder
 * @param datasets folder of the data sets; null: none is named
 * @param retrained a model that never saw the forget set; null: none is at hand
 * @param toxicity folder of a toxicity classifier; null: none is at hand
 * @param gibberish folder of a classifier that tells text from gibberish; null: none is at hand
 * @param book a book in plain text; null: the one that comes with Engram
 */
public record SuiteSettings(
    int limit,
    String encoder,
    @Nullable String datasets,
    @Nullable String retrained,
    @Nullable String toxicity,
    @Nullable String gibberish,
    @Nullable String book) {
  /** The keys that a suite may read, as {@link SuiteKind#reads} names them. */
  public enum Key {
    /** {@code eval.encoder}. */
    ENCODER("DIR"),
    /** {@code eval.datasets}. */
    DATASETS("DIR"),
    /** {@code eval.retrained}. */
    RETRAINED("MODEL"),
    /** {@code eval.toxicity}. */
    TOXICITY("DIR"),
    /** {@code eval.gibberish}. */
    GIBBERISH("DIR"),
    /** {@code eval.book}. */
    BOOK("FILE");

    private final String value;

    Key(String value) {
      this.value = value;
    }

    /** The key with a placeholder for its value, as help shows it: {@code eval.book=FILE}. */
    public String usage() {
      return "eval." + name().toLowerCase(Locale.ROOT) + "=" + value;
    }
  }

  /** Those of a recipe. */
  public static SuiteSettings of(EvalSection eval) {
    return new SuiteSettings(
        eval.limit(),
        eval.encoder(),
        eval.datasets(),
        eval.retrained(),
        eval.toxicity(),
        eval.gibberish(),
        eval.book());
  }
}
