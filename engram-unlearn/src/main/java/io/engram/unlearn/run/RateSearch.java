package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.unlearn.recipe.Recipe;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Finds the learning rate with which a run forgets in a given number of updates. One rehearsal's
 * rate doubles each update, from one that changes nothing, until the samples are half way to being
 * forgotten. The sum of its rates is the distance to there, which hardly depends on the size of the
 * steps; twice that, and somewhat more for the last samples, over the number of updates is the
 * rate.
 *
 * <p><b>Source:</b> the learning-rate range test of Smith, Cyclical learning rates for training
 * neural networks (2017), with the distance read off where it asks for the best loss.
 */
final class RateSearch {
  /** The first rate: below it, no optimizer moves a model that is stored in 32 bits. */
  private static final double FIRST = 2e-6;

  private static final double GROWTH = 2;
  private static final double LAST = 1e-1;
  private static final double HALF_WAY = 0.5;

  /**
   * The distance of the last samples over twice that of the mean to half way: 1.4 with up to three
   * updates an epoch, and growing with their number to the power of 0.4. The search sees less of a
   * larger set. Measured on the built-in model with 10, 40 and 200 samples.
   */
  private static final double LAST_OVER_MEAN = 1.4;

  private static final double FEW_UPDATES = 3;
  private static final double POWER = 0.4;

  private RateSearch() {}

  /**
   * What the search found.
   *
   * @param rate the learning rate, rounded to two digits
   * @param found the rehearsal with growing rates
   */
  record Found(double rate, Rehearsal.Outcome found) {}

  /**
   * Searches.
   *
   * @param updates of the run
   * @param updatesPerEpoch of the run
   * @param every updates between checks
   * @throws EngramException if no rate forgets before the loss runs away
   */
  static Found search(
      Rehearsal rehearsal, Recipe recipe, int updates, int updatesPerEpoch, int every) {
    int most = (int) Math.ceil(Math.log(LAST / FIRST) / Math.log(GROWTH));
    Recipe growing =
        Rehearsal.changed(
            recipe,
            "optimizer.learning_rate=" + FIRST,
            "optimizer.schedule=constant",
            "optimizer.warmup_updates=0",
            "budget.epochs=null",
            "budget.updates=" + most);
    Rehearsal.Outcome found = rehearsal.run(growing, 1, GROWTH, every, HALF_WAY);
    if (found.made() == 0) {
      throw EngramException.usage(
          "optimizer.learning_rate = auto: all samples count as forgotten before the first update, so there is nothing to find a rate by.\nSet a rate.");
    }
    if (found.diverged() || found.progress() < HALF_WAY) {
      throw EngramException.usage(
          "optimizer.learning_rate = auto: no rate up to %s makes the model forget%s.\nSet a rate, or try another method.name."
              .formatted(LAST, found.diverged() ? " before its loss runs away" : ""));
    }
    double last = LAST_OVER_MEAN * Math.pow(Math.max(1, updatesPerEpoch / FEW_UPDATES), POWER);
    double distance = last * FIRST * found.distance() / HALF_WAY;
    return new Found(rounded(distance / updates), found);
  }

  /** To two significant digits. */
  static double rounded(double rate) {
    return new BigDecimal(rate).round(new MathContext(2)).doubleValue();
  }
}
