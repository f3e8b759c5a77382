package io.engram.core.recipe;

import java.util.List;

/**
 * {@code eval}: what is measured, and when.
 *
 * @param suites names; empty: no evaluation
 * @param everyEpochs 0: before and after only
 * @param limit rows of each set; 0: all
 * @param encoder which sentence encoder judges answers: {@link #BUILT_IN} or a folder
 */
public record EvalSection(List<String> suites, int everyEpochs, int limit, String encoder) {
  /** The encoder that comes with Engram. */
  public static final String BUILT_IN = "built-in";

  /** Copies the list. */
  public EvalSection {
    suites = List.copyOf(suites);
  }
}
