package io.engram.unlearn.study;

import io.engram.unlearn.difficulty.Antithetic;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.Extraction;
import io.engram.unlearn.difficulty.GaussNewton;
import io.engram.unlearn.difficulty.Gradient;
import io.engram.unlearn.difficulty.GradientNorm;
import io.engram.unlearn.difficulty.Length;
import io.engram.unlearn.difficulty.LossMean;
import io.engram.unlearn.difficulty.LossSum;
import io.engram.unlearn.difficulty.Memorization;
import io.engram.unlearn.difficulty.MrdScore;
import io.engram.unlearn.difficulty.RehearsedUpdates;
import io.engram.unlearn.difficulty.RelativeGradientNorm;
import io.engram.unlearn.difficulty.RepresentationDistance;
import io.engram.unlearn.difficulty.RetrainedGap;
import io.engram.unlearn.difficulty.Scoring;
import io.engram.unlearn.difficulty.SumChange;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import io.engram.unlearn.recipe.Recipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The scores of samples before unlearning: every variant of MRD, by the estimator that the recipe's
 * order would use, and rival scores. Computed once for all samples.
 *
 * @param model hash of the model; null: not recorded, by an earlier version
 * @param values values of the samples by score, {@code [N]} each; {@code mrd_outside_mean@0.001} is
 *     MRD with the absolute value outside and the mean over tokens, at σ = 0.001
 * @param seconds time that each score took
 * @param notes what a reader should know about each
 */
record StudyScores(
    @Nullable String model,
    Map<String, double[]> values,
    Map<String, Double> seconds,
    Map<String, List<String>> notes) {
  private static final int BACKWARD_PASSES = 8;
  private static final double CLAMP = 1e-6;

  /** How many times as long the steps of a rehearsal are. */
  private static final double REHEARSED = 5;

  /** The estimator for a recipe without an order by MRD. */
  private static final MrdScore PAIRS =
      new Antithetic(
          Antithetic.Control.AUTO,
          1e-3,
          2,
          2,
          1,
          Absolute.OUTSIDE,
          Tokens.MEAN,
          Scope.ANSWER,
          CLAMP);

  /** Studies of earlier versions have no notes. */
  StudyScores {
    notes = Objects.requireNonNullElse(notes, Map.of());
  }

  /** Measures all scores for which the plan and the recipe provide what is needed. */
  static StudyScores measure(Recipe recipe, DifficultyPlan plan, String model, Scoring scoring) {
    StudyScores found =
        new StudyScores(model, new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    scores(recipe, plan).forEach((name, score) -> found.add(name, score, scoring));
    return found;
  }

  private void add(String name, DifficultyScore score, Scoring scoring) {
    long start = System.nanoTime();
    DifficultyScore.Measured measured = score.measure(scoring);
    values.put(name, measured.values());
    seconds.put(name, (System.nanoTime() - start) / 1e9);
    notes.put(name, measured.notes());
  }

  /** Values by name; empty if the study does not have the score. */
  double[] of(String name) {
    return values.getOrDefault(name, new double[0]);
  }

  private static Map<String, DifficultyScore> scores(Recipe recipe, DifficultyPlan plan) {
    Map<String, DifficultyScore> scores = new LinkedHashMap<>();
    for (DifficultyScore score :
        List.of(
            new Length(),
            new LossSum(),
            new LossMean(),
            new Memorization(),
            new GradientNorm(),
            new RelativeGradientNorm(),
            new Gradient(1, BACKWARD_PASSES, BACKWARD_PASSES, 1, Tokens.MEAN, Scope.ANSWER, CLAMP),
            new GaussNewton(
                1, BACKWARD_PASSES, BACKWARD_PASSES, 1, Tokens.MEAN, Scope.ANSWER, CLAMP))) {
      scores.put(score.name(), score);
    }
    plan.sigmas().forEach(sigma -> scores.putAll(readings(recipe, sigma, 2 * plan.pairs())));
    if (plan.extraction()) {
      scores.put(new Extraction().name(), new Extraction());
    }
    if (!recipe.retain().isEmpty()) {
      scores.put(new RepresentationDistance().name(), new RepresentationDistance());
    }
    RehearsedUpdates rehearsed = new RehearsedUpdates(REHEARSED, plan.meanNats());
    scores.put(rehearsed.name(), rehearsed);
    if (plan.retrained() != null) {
      scores.put(new RetrainedGap().name(), new RetrainedGap());
    }
    return scores;
  }

  /** Every variant of MRD at one σ, and the even part of the change of the sum in Eq. 3. */
  static Map<String, DifficultyScore> readings(Recipe recipe, double sigma, int draws) {
    MrdScore estimator = recipe.order().estimator() instanceof MrdScore mrd ? mrd : PAIRS;
    Map<String, DifficultyScore> readings = new LinkedHashMap<>();
    for (Tokens tokens : Tokens.values()) {
      for (Absolute absolute : Absolute.values()) {
        String name = String.join("_", "mrd", word(absolute), word(tokens)) + "@" + sigma;
        readings.put(name, estimator.reading(sigma, draws, absolute, tokens));
      }
    }
    readings.put("sum_change@" + sigma, new SumChange(sigma, draws, draws, 1, estimator.scope()));
    return readings;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
