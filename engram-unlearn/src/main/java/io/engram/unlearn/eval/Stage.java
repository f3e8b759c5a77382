package io.engram.unlearn.eval;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import java.util.List;

/**
 * A model at a stage of its run, as suites measure it one after the other.
 *
 * @param model borrowed; its weights must not change meanwhile
 * @param name {@code before}, {@code after} or {@code epoch-N}; goes into the measurements
 * @param limit the first so many rows of each set; 0 or less: all
 * @param answers of this model, shared by the suites
 * @param progress hears what is being done
 */
public record Stage(
    LanguageModel model, String name, int limit, GreedyAnswers answers, ProgressListener progress) {
  /** A stage at which nothing has been asked yet. */
  public Stage(LanguageModel model, String name, int limit, ProgressListener progress) {
    this(model, name, limit, new GreedyAnswers(model), progress);
  }

  /** The rows of a set that are measured. */
  public <T> List<T> first(List<T> rows) {
    return first(rows, limit);
  }

  /** The first so many rows; 0 or less: all. */
  public static <T> List<T> first(List<T> rows, int limit) {
    return limit > 0 && limit < rows.size() ? rows.subList(0, limit) : rows;
  }
}
