package io.engram.unlearn.run;

import io.engram.unlearn.recipe.BudgetSection;

/**
 * How many updates a run has, and where each begins.
 *
 * @param samples draws of an epoch: the size of the forget set
 * @param perUpdate draws of an update
 * @param updates of the whole run
 */
public record Plan(int samples, int perUpdate, int updates) {
  /** Epochs if not given: 5. */
  private static final int DEFAULT_EPOCHS = 5;

  static Plan of(int samples, BudgetSection budget) {
    int perUpdate = Math.min(samples, budget.batch() * budget.accumulate());
    int perEpoch = (samples + perUpdate - 1) / perUpdate;
    Integer updates = budget.updates();
    Integer epochs = budget.epochs();
    int total = updates != null ? updates : perEpoch * (epochs != null ? epochs : DEFAULT_EPOCHS);
    return new Plan(samples, perUpdate, total);
  }

  /** Updates of an epoch; the last may be smaller. */
  public int updatesPerEpoch() {
    return (samples + perUpdate - 1) / perUpdate;
  }

  /** The epoch, from 0, that an update belongs to. */
  int epoch(int update) {
    return update / updatesPerEpoch();
  }

  /** Epochs begun by the end. */
  int epochs() {
    return updates == 0 ? 0 : epoch(updates - 1) + 1;
  }

  /** The first draw of an update within its epoch. */
  int from(int update) {
    return update % updatesPerEpoch() * perUpdate;
  }

  /** One after the last draw of an update within its epoch. */
  int to(int update) {
    return Math.min(samples, from(update) + perUpdate);
  }

  /** Whether an epoch begins with this update. */
  boolean startsEpoch(int update) {
    return from(update) == 0;
  }
}
