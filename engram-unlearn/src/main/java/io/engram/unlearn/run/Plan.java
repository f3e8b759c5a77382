package io.engram.unlearn.run;

import io.engram.unlearn.recipe.BudgetSection;

/**
 * How many updates a run makes, and which draws each of them uses.
 *
 * @param samples draws per epoch: the size of the forget set
 * @param perUpdate draws per update
 * @param updates updates in the whole run
 */
public record Plan(int samples, int perUpdate, int updates) {
  /** Epochs when neither epochs nor updates are given. */
  private static final int DEFAULT_EPOCHS = 5;

  /** The plan for this many samples. */
  public static Plan of(int samples, BudgetSection budget) {
    int perUpdate = Math.min(samples, budget.batch() * budget.accumulate());
    int perEpoch = (samples + perUpdate - 1) / perUpdate;
    Integer updates = budget.updates();
    Integer epochs = budget.epochs();
    int total = updates != null ? updates : perEpoch * (epochs != null ? epochs : DEFAULT_EPOCHS);
    return new Plan(samples, perUpdate, total);
  }

  /** Updates per epoch; the last one may be smaller. */
  public int updatesPerEpoch() {
    return (samples + perUpdate - 1) / perUpdate;
  }

  /** The epoch, from 0, that an update belongs to. */
  int epoch(int update) {
    return update / updatesPerEpoch();
  }

  /** Number of epochs started by the end of the run. */
  int epochs() {
    return updates == 0 ? 0 : epoch(updates - 1) + 1;
  }

  /** The first draw of an update within its epoch. */
  int from(int update) {
    return update % updatesPerEpoch() * perUpdate;
  }

  /** One past the last draw of an update within its epoch. */
  int to(int update) {
    return Math.min(samples, from(update) + perUpdate);
  }

  /**
   * By what the forget loss is multiplied when fewer samples are left than an update draws: the
   * square root of their share. An update's loss is a mean over its draws, so at its full weight a
   * single sample would be pushed as hard as a whole batch, against what is kept; with the share
   * itself it hardly moves, where a method pushes less what is known less.
   */
  double forgetScale(int left) {
    return Math.sqrt(Math.min(1, (double) left / perUpdate));
  }

  /**
   * By what the learning rate is multiplied when this many samples are left: the square root of how
   * much more seldom a sample was drawn when all were. The fewer are left, the more often each is
   * drawn, so the last ones come on faster all the same, by steps that harm less of what is kept.
   */
  double rateScale(int left) {
    return Math.sqrt(Math.min(1, (double) Math.max(left, perUpdate) / samples));
  }

  /** Whether this update is the first of its epoch. */
  boolean startsEpoch(int update) {
    return from(update) == 0;
  }
}
