package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.text.TokenizedSample;
import io.engram.unlearn.eval.tofu.TofuSet.AnswerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
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

  /**
   * Checks that a model which never saw the requests is not the model that did: the weights are
   * compared byte by byte.
   *
   * @param retrained as given
   * @param model that saw them
   * @param base of the model; null: the one that it names
   * @throws EngramException of kind USAGE if both have the same weights
   */
  public static void requireAnother(String retrained, String model, @Nullable String base) {
    if (hasSameWeights(LanguageModel.files(retrained, null), LanguageModel.files(model, base))) {
      throw EngramException.usage(
          "The retrained model, %s, is the model itself: it has the weights of %s.\nGive a model that was trained without the requests, or samples that the model has never seen as controls."
              .formatted(retrained, model));
    }
  }

  private static boolean hasSameWeights(Map<String, Path> one, Map<String, Path> other) {
    Map<String, Path> weights = weights(one);
    Map<String, Path> others = weights(other);
    if (weights.isEmpty() || !weights.keySet().equals(others.keySet())) {
      return false;
    }
    try {
      for (Map.Entry<String, Path> file : weights.entrySet()) {
        if (Files.mismatch(file.getValue(), Objects.requireNonNull(others.get(file.getKey())))
            >= 0) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw EngramException.file("The weights can't be read: " + e.getMessage(), e);
    }
  }

  private static Map<String, Path> weights(Map<String, Path> files) {
    Map<String, Path> weights = new TreeMap<>(files);
    weights.keySet().removeIf(name -> !name.matches(".*\\.(safetensors|gguf|bin)"));
    return weights;
  }

  /**
   * Checks that it reads samples as the same tokens as another model. No weight is read.
   *
   * @param retrained as given
   * @throws EngramException of kind USAGE, naming a sample that it reads otherwise
   */
  public static void requireSameTokens(
      String retrained, LanguageModel model, List<Sample> samples) {
    List<TokenizedSample> own;
    try {
      own = LanguageModel.tokenize(retrained, options(model.options()), samples);
    } catch (EngramException e) {
      throw EngramException.usage(
          "The retrained model, %s, can't read the requests: %s"
              .formatted(retrained, e.getMessage()));
    }
    List<TokenizedSample> expected = model.samples().tokenize(samples);
    for (int i = 0; i < own.size(); i++) {
      if (!Arrays.equals(own.get(i).ids(), expected.get(i).ids())) {
        throw EngramException.usage(
            "The retrained model, %s, has another tokenizer or template than the original: request %s has other tokens there.\nGive a model made from the same one."
                .formatted(retrained, own.get(i).id()));
      }
    }
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
