package io.engram.cli.option;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code --estimator predicted_updates}. */
public final class PredictionChoice {
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

  /** Whether an option is set that no other estimator has a use for. */
  public boolean hasOptimizer() {
    return optimizer != null || learningRate != null;
  }

  /** Puts them where a recipe has them. */
  public CommandRecipe setIn(CommandRecipe recipe) {
    return recipe
        .set("order.estimator.until", until)
        .set("optimizer.name", optimizer)
        .set("optimizer.learning_rate", learningRate);
  }
}
