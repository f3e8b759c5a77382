package io.engram.unlearn.eval.memorization;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.metric.ExtractionStrength;
import io.engram.core.metric.MemorizationAccuracy;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer.TokenScores;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one pass over a sample shows of how well a model knows it. All three are of the answer
 * without its end token, and larger the better the model knows it.
 *
 * @param logProb mean log-probability of a token, nats
 * @param memorization exact memorization (EM): share of the tokens that are the model's first
 *     choice, [0, 1]
 * @param strength extraction strength (ES), [0, 1]
 * @param tokens how many tokens the answer has
 */
public record Knowledge(double logProb, double memorization, double strength, int tokens) {
  /** The three measures, by the names that files use. */
  public enum Measure {
    /** Mean log-probability a token. */
    LOG_PROB("log_prob"),
    /** Exact memorization. */
    MEMORIZATION("exact_memorization"),
    /** Extraction strength. */
    STRENGTH("extraction_strength");

    private final String key;

    Measure(String key) {
      this.key = key;
    }

    /** The name in files. */
    public String key() {
      return key;
    }

    /** This measure of a sample. */
    public double of(Knowledge knowledge) {
      return switch (this) {
        case LOG_PROB -> knowledge.logProb();
        case MEMORIZATION -> knowledge.memorization();
        case STRENGTH -> knowledge.strength();
      };
    }
  }

  /** From what each token of an answer got, its end token left out. */
  static Knowledge of(TokenScores scores) {
    return new Knowledge(
        Arrays.stream(scores.logProbs()).average().orElse(Double.NaN),
        MemorizationAccuracy.of(scores.isArgmax()),
        ExtractionStrength.of(scores.isArgmax()),
        scores.isArgmax().length);
  }

  /**
   * Measures samples with one pass over each.
   *
   * @throws EngramException if a log-probability is NaN or infinite: the model has diverged
   */
  public static List<Knowledge> measure(
      LanguageModel model, List<TokenizedSample> samples, ProgressListener progress) {
    List<TokenScores> scores = new MemorizationScores(model).places(samples, progress);
    List<Knowledge> all = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) {
      if (!Arrays.stream(scores.get(i).logProbs()).allMatch(Double::isFinite)) {
        throw EngramException.usage(
            "Sample %s has a log-probability that is not a number: training has diverged.\nUse a smaller optimizer.learning_rate or set optimizer.clip_norm."
                .formatted(samples.get(i).id()));
      }
      all.add(of(scores.get(i)));
    }
    return all;
  }
}
