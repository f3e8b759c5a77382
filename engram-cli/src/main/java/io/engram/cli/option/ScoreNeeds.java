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

/** Options that only some scores use. */
public final class ScoreNeeds {
  /** How many samples of the retain set represent all of it. */
  private static final int RETAINED = 400;

  @Option(
      names = "--until",
      paramLabel = "NATS",
      description =
          "predicted_updates, rehearsal: mean loss per token at which a sample counts as forgotten "
              + "(default: 1.5)")
  private @Nullable String until;

  @Option(
      names = "--optimizer",
      paramLabel = "O",
      description = "predicted_updates, rehearsal: the optimizer, adamw or sgd (default: adamw)")
  private @Nullable String optimizer;

  @Option(
      names = "--learning-rate",
      paramLabel = "R",
      description = "predicted_updates, rehearsal: the learning rate (default: 1e-5)")
  private @Nullable String learningRate;

  @Option(
      names = "--factor",
      paramLabel = "F",
      description = "rehearsal: makes steps this many times as long (default: 5)")
  private @Nullable String factor;

  @Option(
      names = "--retain",
      paramLabel = "DATA",
      description = "representation_distance: the samples to keep, in the form of DATA")
  private @Nullable String retain;

  @Option(
      names = "--retrained",
      paramLabel = "MODEL",
      description = "retrained_gap: a model trained without the samples")
  private @Nullable String retrained;

  /** Sets the options that are recipe keys in the recipe. */
  public CommandRecipe setIn(CommandRecipe recipe) {
    return recipe
        .set("order.estimator.until", until)
        .set("order.estimator.factor", factor)
        .set("optimizer.name", optimizer)
        .set("optimizer.learning_rate", learningRate);
  }

  /** Rejects options that the score does not use, and requires those that it needs. */
  public void check(DifficultyScore score, CommonOptions common) {
    boolean updates = score.needs().contains(Need.OPTIMIZER);
    if ((optimizer != null || learningRate != null) && !updates) {
      throw common.mistake(
          "--optimizer and --learning-rate are only for scores that predict updates: add "
              + "--estimator predicted_updates or rehearsal");
    }
    check(score, common, Need.RETAIN_SET, retain, "--retain", "--retain DATA, the samples to keep");
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
      throw common.mistake("%s: %s does not use it".formatted(option, score.name()));
    }
  }

  /** Adds the further inputs that the score may use. */
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
