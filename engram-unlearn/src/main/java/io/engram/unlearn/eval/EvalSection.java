package io.engram.unlearn.eval;

import io.engram.core.settings.Setting;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code eval}: what is measured, and when.
 *
 * @param suites names; empty: no evaluation
 * @param everyEpochs 0: before and after only
 * @param limit rows of each set; 0: all
 * @param encoder which sentence encoder judges answers: {@link #BUILT_IN} or a folder
 * @param datasets folder of the data sets that suites read; null: none is named
 * @param retrained a model that never saw the forget set; null: none is at hand
 * @param toxicity folder of a toxicity classifier; null: none is at hand
 * @param gibberish folder of a classifier that tells text from gibberish; null: none is at hand
 * @param book the book of {@code whp}, plain text; null: the one that comes with Engram
 */
public record EvalSection(
    @Setting(
            value = "[tofu]",
            reason =
                "What is measured before and after; a part of a suite after a colon: "
                    + "harness:boolq. Empty: nothing.")
        List<String> suites,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "epochs",
            reason = "Measure also every so many epochs. 0: before and after only.")
        int everyEpochs,
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "rows",
            reason = "The first so many rows of each set are measured: quicker, noisier. 0: all.")
        int limit,
    @Setting(
            value = BUILT_IN,
            unit = "path",
            reason =
                "The sentence encoder that judges answers by meaning: built-in (all-MiniLM-L6-v2,"
                    + " quantised), or the Hugging Face folder of another, such as the paper's"
                    + " paraphrase-MiniLM-L6-v2. What one encoder judged can't be compared with"
                    + " what another did.")
        String encoder,
    @Setting(
            unit = "path",
            reason =
                "The folder that holds the data sets of the suites that bring none of their "
                    + "own.")
        @Nullable String datasets,
    @Setting(
            unit = "path",
            reason =
                "A model that never saw the forget set, which the unlearned one should come to "
                    + "be like: forget quality and PrivLeak compare with it.")
        @Nullable String retrained,
    @Setting(
            unit = "path",
            reason =
                "The Hugging Face folder of a toxicity classifier, such as Toxic-BERT, for the "
                    + "suite safe.")
        @Nullable String toxicity,
    @Setting(
            unit = "path",
            reason =
                "The Hugging Face folder of a classifier whose first class is clean text, such as"
                    + " autonlp-Gibberish-Detector-492513457: the suite tofu_benchmark says with it"
                    + " whether answers are still text.")
        @Nullable String gibberish,
    @Setting(
            unit = "path",
            reason =
                "The book as plain text, for the suite whp. none: an excerpt of a book in the "
                    + "public domain that comes with Engram.")
        @Nullable String book) {
  /** The encoder that comes with Engram. */
  public static final String BUILT_IN = "built-in";

  /** These suites on all rows, before and after, with what comes with Engram. */
  public static EvalSection of(List<String> suites) {
    return new EvalSection(suites, 0, 0, BUILT_IN, null, null, null, null, null);
  }

  /** Copies the list. */
  public EvalSection {
    suites = List.copyOf(suites);
  }

  /** The same with these suites. */
  public EvalSection withSuites(List<String> others) {
    return new EvalSection(
        others, everyEpochs, limit, encoder, datasets, retrained, toxicity, gibberish, book);
  }
}
