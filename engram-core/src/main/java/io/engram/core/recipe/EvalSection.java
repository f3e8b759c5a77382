package io.engram.core.recipe;

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
    List<String> suites,
    int everyEpochs,
    int limit,
    String encoder,
    @Nullable String datasets,
    @Nullable String retrained,
    @Nullable String toxicity,
    @Nullable String gibberish,
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
