package io.engram.cli.option;

import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.DifficultyScore.Need;
import io.engram.unlearn.difficulty.Scoring;
import io.engram.unlearn.recipe.Recipe;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that only some scores have a use for. */
public final class ScoreNeeds {
  /** Samples of the retain set that stand for all of it. */
  private static final int RETAINED = 400;

  @Option(
      names = "--until",
      paramLabel = "NATS",
      description =
          "predicted_updates: mean loss a token at which a sample is forgotten (default: 1.5)")
  private @Nullable String until;

  @Option(
      names = "--optimizer",
      paramLabel = "O",
      description = "predicted_updates: whose updates, adamw or sgd (default: adamw)")
  private @Nullable String optimizer;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "predicted_updates: how large they are (default: 1e-5)")
  private @Nullable String learningRate;

  @Option(
      names = "--retain",
      paramLabel = "DATA",
      description = "representation_distance: what is to be kept, given as DATA is")
  private @Nullable String retain;

  @Option(
      names = "--retrained",
      paramLabel = "MODEL",
      description = "retrained_gap: a model trained without the samples")
  private @Nullable String retrained;

  /** Puts those where a recipe has them that are keys of one. */
  public CommandRecipe setIn(CommandRecipe recipe) {
    return recipe
        .set("order.estimator.until", until)
        .set("optimizer.name", optimizer)
        .set("optimizer.learning_rate", learningRate);
  }

  /** Refuses what the score has no use for, and asks for what it needs. */
  public void check(DifficultyScore score, CommonOptions common) {
    boolean updates = score.needs().contains(Need.OPTIMIZER);
    if ((optimizer != null || learningRate != null) && !updates) {
      throw common.mistake(
          "--optimizer and --learning-rate are of predicted updates: give"
              + " --estimator predicted_updates too");
    }
    check(score, common, Need.RETAIN_SET, retain, "--retain", "--retain DATA, what is to be kept");
    check(
        score,
        common,
        Need.RETRAINED_MODEL,
        retrained,
        "--retrained",
        "--retrained MODEL, a model trained without the samples");
  }

  private static void check(
      DifficultyScore score,
      CommonOptions common,
      Need need,
      @Nullable String given,
      String option,
      String advice) {
    boolean needed = score.needs().contains(need);
    if (needed && given == null) {
      throw common.mistake("--estimator %s: give %s".formatted(score.name(), advice));
    }
    if (!needed && given != null) {
      throw common.mistake("%s: %s has no use for it".formatted(option, score.name()));
    }
  }

  /** Adds what the score may look at beside the samples. */
  public Scoring addTo(Scoring scoring, LanguageModel model, Recipe recipe, CommonOptions common) {
    scoring.updating(recipe.optimizer().settings(), recipe.scope().training());
    String data = retain;
    if (data != null) {
      List<Sample> kept = SampleSource.load(List.of(data));
      scoring.retaining(model.samples().tokenize(kept.subList(0, Math.min(RETAINED, kept.size()))));
    }
    String other = retrained;
    if (other != null) {
      scoring.against(
          () ->
              LanguageModel.open(
                  other, common.setup().modelOptions(recipe.model(), recipe.seed())));
    }
    return scoring;
  }
}
