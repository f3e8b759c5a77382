package io.engram.unlearn.eval;

import io.engram.core.settings.Setting;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code eval}: what to measure, and when.
 *
 * @param suites names of suites; empty: no evaluation
 * @param everyEpochs also evaluate every this many epochs; 0: only before and after
 * @param limit rows per set; 0: all
 * @param encoder the sentence encoder that judges answers: {@link #BUILT_IN} or a folder
 * @param datasets folder of the data sets that suites read; null if none is given
 * @param retrained a model that never saw the forget set; null if there is none
 * @param toxicity folder of a toxicity classifier; null if there is none
 * @param gibberish folder of a classifier that tells text from gibberish; null if there is none
 * @param book the book of {@code whp} as plain text; null: the one that comes with Engram
 */
public record EvalSection(
    @Setting(
            value = "[tofu]",
            reason =
                "The suites to run before and after unlearning. Add a colon to run part of a "
                    + "suite, as in harness:boolq. Empty: no evaluation.")
        List<String> suites,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "epochs",
            reason = "Also evaluates every this many epochs. 0: only before and after.")
        int everyEpochs,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "rows",
            reason =
                "Measures only the first this many rows of each set, which is faster and "
                    + "noisier. 0: all.")
        int limit,
    @Setting(
            value = BUILT_IN,
            unit = "path",
            reason =
                "The sentence encoder that compares answers by meaning: built-in "
                    + "(all-MiniLM-L6-v2, quantised), or the Hugging Face folder of another, "
                    + "such as the paper's paraphrase-MiniLM-L6-v2. Scores from different "
                    + "encoders can't be compared.")
        String encoder,
    @Setting(
            unit = "path",
            reason = "The folder with data sets for suites that don't come with their own.")
        @Nullable String datasets,
    @Setting(
            unit = "path",
            reason =
                "A model that never saw the forget set, the ideal result of unlearning. Forget "
                    + "quality and PrivLeak compare with it.")
        @Nullable String retrained,
    @Setting(
            unit = "path",
            reason =
                "The Hugging Face folder of a toxicity classifier, such as Toxic-BERT. The suite "
                    + "safe needs it.")
        @Nullable String toxicity,
    @Setting(
            unit = "path",
            reason =
                "The Hugging Face folder of a classifier whose first class is clean text, such "
                    + "as autonlp-Gibberish-Detector-492513457. With it, the suite "
                    + "tofu_benchmark checks whether answers are still readable text.")
        @Nullable String gibberish,
    @Setting(
            unit = "path",
            reason =
                "The book for the suite whp, as plain text. none: an excerpt of a public-domain "
                    + "book that comes with Engram.")
        @Nullable String book) {
  /** The encoder that comes with Engram. */
  public static final String BUILT_IN = "built-in";

  /** The keys that only some suites read, as {@link SuiteKind#reads} names them. */
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

  /**
   * These suites on all rows, before and after, with the encoder and book that come with Engram.
   */
  public static EvalSection of(List<String> suites) {
    return new EvalSection(suites, 0, 0, BUILT_IN, null, null, null, null, null);
  }

  /** Copies the list. */
  public EvalSection {
    suites = List.copyOf(suites);
  }

  /** The same settings with other suites. */
  public EvalSection withSuites(List<String> others) {
    return new EvalSection(
        others, everyEpochs, limit, encoder, datasets, retrained, toxicity, gibberish, book);
  }
}
