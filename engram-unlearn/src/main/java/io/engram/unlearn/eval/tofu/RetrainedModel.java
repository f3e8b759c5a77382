package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.unlearn.eval.tofu.TofuSet.AnswerPair;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The model that never saw the forget set, {@code eval.retrained}. It's opened beside the model
 * under test, in the same number format and template, scored and closed again. Its results are
 * kept, since they are the same at every stage of a run.
 */
public final class RetrainedModel {
  private final String path;
  private @Nullable ScoredPairs known;

  private RetrainedModel(String path) {
    this.path = path;
  }

  /**
   * The model of this name.
   *
   * @param path null: none is named
   * @return null if none is named
   * @throws EngramException if it can't be opened, naming the key; no weight is read
   */
  static @Nullable RetrainedModel named(@Nullable String path) {
    if (path == null) {
      return null;
    }
    try {
      LanguageModel.size(path, ModelOptions.defaults());
    } catch (EngramException e) {
      throw EngramException.file(
          "eval.retrained = %s can't be opened: %s%nWithout it forget quality is left out."
              .formatted(path, e.getMessage()),
          e);
    }
    return new RetrainedModel(path);
  }

  /** As given. */
  String path() {
    return path;
  }

  /**
   * Scores right and wrong answers of the forget set, and the answers that attacks compare.
   *
   * @param tested the model under test
   * @param labels the same at each call
   */
  ScoredPairs scores(
      LanguageModel tested,
      ScoredPairs.Labels labels,
      List<TofuSet> sets,
      ProgressListener progress) {
    Set<AnswerPair> pairs = new LinkedHashSet<>();
    for (TofuSet set : sets) {
      if (set.isAttacked()) {
        set.rows().forEach(row -> addPairs(pairs, set, row));
      }
    }
    if (known == null || !known.hasAll(pairs)) {
      try (LanguageModel retrained = LanguageModel.open(path, options(tested.options()))) {
        retrained.computeWhere(tested);
        known = ScoredPairs.of(retrained, labels, pairs, "The same under " + path, progress);
      }
    }
    return known;
  }

  private static void addPairs(Set<AnswerPair> pairs, TofuSet set, TofuRow row) {
    pairs.add(TofuSet.answer(row));
    if (set.isForgotten()) {
      pairs.add(set.right(row, row.question()));
      pairs.addAll(TofuSet.wrong(row, row.question()));
    }
  }

  /** How it is opened beside the model under test: in the same number format and template. */
  public static ModelOptions options(ModelOptions tested) {
    return new ModelOptions(
        tested.device(),
        tested.dtype(),
        tested.template(),
        null,
        tested.threads(),
        tested.batchTokens(),
        false,
        tested.seed());
  }
}
