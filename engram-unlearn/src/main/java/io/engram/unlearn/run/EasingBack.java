package io.engram.unlearn.run;

import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.train.Trainer;
import io.engram.model.train.WeightCopy;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.recipe.Recipe;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes a run a part of the way back where all samples are forgotten but the loss on samples to
 * keep has risen by more than its bound ε: {@code θ ← θ_0 + s (θ − θ_0)}, with s so small that the
 * rise r is within ε. Samples that were forgotten early are far beyond their limits by the time the
 * last ones get there, so most of them are forgotten with less of the change, too. If one isn't,
 * the run goes on with the weights that it had.
 *
 * <p>The rise falls with about the power 1.2 of s, measured on the built-in model: {@code s = (0.95
 * ε / r)^(1/1.2)}, corrected by the rise that is measured there.
 *
 * <p><b>Source:</b> interpolation with the weights before training as in Wortsman et al. 2022,
 * "Robust fine-tuning of zero-shot models"; docs/findings.md has what it was measured with.
 */
final class EasingBack {
  private static final double AIM = 0.95;
  private static final double POWER = 1.2;

  /** With less of the change than this, nothing would stay forgotten. */
  private static final double LEAST = 0.5;

  private static final int TRIES = 3;

  private final Recipe recipe;
  private final Setup setup;
  private final RunFolder folder;
  private final RunState state;
  private final Stopping stopping;
  private final Keeping keeping;
  private final Trainer trainer;
  private final boolean fits;

  /**
   * For a run.
   *
   * @param fits whether there is memory for two more copies of the trained weights; if not, the run
   *     just goes on
   */
  EasingBack(
      Recipe recipe,
      Setup setup,
      RunFolder folder,
      RunState state,
      Stopping stopping,
      Keeping keeping,
      Trainer trainer,
      boolean fits) {
    this.fits = fits;
    this.recipe = recipe;
    this.setup = setup;
    this.folder = folder;
    this.state = state;
    this.stopping = stopping;
    this.keeping = keeping;
    this.trainer = trainer;
  }

  /** Eases back after a check, if that leaves all samples forgotten and the loss in its bound. */
  void afterCheck() {
    double rise = keeping.rise();
    double bound = keeping.mostRise();
    if (!fits || !stopping.isMet() || keeping.isWithin() || share(rise, bound) < LEAST) {
      return;
    }
    try (WeightCopy before = new WeightCopy();
        LanguageModel origin = origin()) {
      trainer.copyWeights(before);
      double share = 1;
      for (int tries = 0; tries < TRIES && rise > bound; tries++) {
        double step = share(rise, bound);
        trainer.scaleChange(origin, step);
        share *= step;
        rise = keeping.riseNow();
      }
      if (rise <= bound && stopping.wouldBeMet()) {
        stopping.look();
        keeping.look(trainer, stopping.left(), stopping.known());
        say(share);
      } else {
        trainer.setWeights(before);
      }
    }
  }

  /** The model with θ_0; null where adapters are trained, which add nothing to begin with. */
  private @Nullable LanguageModel origin() {
    return WeightSnapshot.copiesWeights(recipe.scope().training())
        ? LanguageModel.open(recipe.model().path(), setup.modelOptions(recipe))
        : null;
  }

  /** s for a rise r and a bound ε: {@code (0.95 ε / r)^(1/1.2)}. */
  static double share(double rise, double bound) {
    return Math.pow(AIM * bound / rise, 1 / POWER);
  }

  private void say(double share) {
    String text =
        "All samples were forgotten, but the loss on samples to keep was above its bound. With %.2f of what was changed all stay forgotten, within the bound."
            .formatted(share);
    folder.journal().write("note", Map.of("text", text, "update", state.updates(), "share", share));
    setup.progress().say(text);
  }
}
