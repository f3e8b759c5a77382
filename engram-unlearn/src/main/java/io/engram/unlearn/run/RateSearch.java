package io.engram.unlearn.run;

import io.engram.core.EngramException;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * Finds the learning rate with which a run forgets in a given number of updates, while it rehearses
 * the run. The rate doubles each update, from one that changes nothing, until the samples are half
 * way to being forgotten. The sum of the rates is the distance to there, which hardly depends on
 * the size of the steps; twice that, and somewhat more for the last samples, over the number of
 * updates is the run's rate. The rehearsal goes on from there with steps F times as long as that.
 *
 * <p><b>Source:</b> the learning-rate range test of Smith, Cyclical learning rates for training
 * neural networks (2017), with the distance read off where it asks for the best loss.
 */
final class RateSearch implements Rehearsal.Pace {
  /** The first rate: below it, no optimizer moves a model that is stored in 32 bits. */
  private static final double FIRST = 2e-6;

  /** Updates in which the rate doubles, to 0.066. */
  static final int MOST_UPDATES = 16;

  private static final double HALF_WAY = 0.5;

  /**
   * The distance of the last samples over twice that of the mean to half way: 1.4 with up to three
   * updates an epoch, and growing with their number to the power of 0.4. The search sees less of a
   * larger set. Measured on the built-in model with 10, 40 and 200 samples.
   */
  private static final double LAST_OVER_MEAN = 1.4;

  private static final double FEW_UPDATES = 3;
  private static final double POWER = 0.4;

  private final int updates;
  private final int updatesPerEpoch;
  private final double factor;
  private double rate = Double.NaN;
  private int grown;
  private double distanceBefore;
  private double progressBefore;

  /**
   * Prepares a search.
   *
   * @param updates of the run
   * @param updatesPerEpoch of the run
   * @param factor F
   */
  RateSearch(int updates, int updatesPerEpoch, double factor) {
    this.updates = updates;
    this.updatesPerEpoch = updatesPerEpoch;
    this.factor = factor;
  }

  @Override
  public double rate(int update) {
    return Double.isNaN(rate) ? growing(update) : Math.min(growing(grown - 1), factor * rate);
  }

  private static double growing(int update) {
    return FIRST * Math.pow(2, Math.min(update, MOST_UPDATES - 1));
  }

  @Override
  public double runRate() {
    return rate;
  }

  @Override
  public void checked(int made, double progress, double distance) {
    if (!Double.isNaN(rate)) {
      return;
    }
    grown = made;
    if (progress >= HALF_WAY) {
      double half =
          between(distanceBefore, distance, progressBefore, progress, HALF_WAY) / HALF_WAY;
      double last = LAST_OVER_MEAN * Math.pow(Math.max(1, updatesPerEpoch / FEW_UPDATES), POWER);
      rate = rounded(last * half / updates);
    }
    distanceBefore = distance;
    progressBefore = progress;
  }

  @Override
  public boolean gaveUp() {
    return Double.isNaN(rate) && grown >= MOST_UPDATES;
  }

  /**
   * Fails unless a rate was found.
   *
   * @throws EngramException if no rate forgets before the loss runs away
   */
  void requireRate(Rehearsal.Outcome found) {
    if (found.made() == 0) {
      throw EngramException.usage(
          "optimizer.learning_rate = auto: all samples count as forgotten before the first update, so there is nothing to find a rate by.\nSet a rate.");
    }
    if (Double.isNaN(rate)) {
      throw EngramException.usage(
          "optimizer.learning_rate = auto: no rate up to %s makes the model forget%s.\nSet a rate, or try another method.name."
              .formatted(
                  rounded(growing(MOST_UPDATES - 1)),
                  found.diverged() ? " before its loss runs away" : ""));
    }
  }

  /** The distance at which a progress was reached between two checks, on a straight line. */
  static double between(
      double distanceBefore, double distance, double before, double now, double enough) {
    return distanceBefore + (enough - before) / (now - before) * (distance - distanceBefore);
  }

  /** To two significant digits. */
  static double rounded(double rate) {
    return new BigDecimal(rate).round(new MathContext(2)).doubleValue();
  }
}
