package io.engram.unlearn.difficulty;

import io.engram.core.settings.Choices;
import java.util.List;

/** All scores by their names in a recipe. To add a score, add a line here. */
public final class DifficultyScores {
  /** Every score, MRD first. */
  public static final Choices<DifficultyScore> ALL =
      new Choices<>(
          DifficultyScore.class,
          "name",
          "The score of how hard a sample is to forget: MRD by one of its estimators, or a score "
              + "that replaces it.",
          List.of(
              Antithetic.class,
              Activation.class,
              Shared.class,
              Paper.class,
              Gradient.class,
              GaussNewton.class,
              PredictedUpdates.class,
              RehearsedUpdates.class,
              Preliminary.class,
              SumChange.class,
              LossMean.class,
              LossSum.class,
              LeastLikely.class,
              Length.class,
              Memorization.class,
              Extraction.class,
              GradientNorm.class,
              RelativeGradientNorm.class,
              RepresentationDistance.class,
              RetrainedGap.class));

  private DifficultyScores() {}
}
