package io.engram.spark;

import io.engram.model.LanguageModel;
import java.util.HashMap;
import java.util.Map;

/**
 * The models that this process has open: each is opened by the first task that needs it and stays
 * open until the process ends. All tasks of a process that compute on the same device share its
 * weights.
 */
final class ExecutorModels {
  private static final Map<Delivery, LanguageModel> OPEN = new HashMap<>();

  private ExecutorModels() {}

  /**
   * The model, opened if it isn't yet.
   *
   * @throws io.engram.core.EngramException if it isn't there or isn't the one that is meant
   */
  static synchronized LanguageModel of(Delivery delivery, String host) {
    LanguageModel open = OPEN.get(delivery);
    if (open == null) {
      open = delivery.open(host);
      OPEN.put(delivery, open);
    }
    return open;
  }

  /** Lends an open model to tasks that run in this process. */
  static synchronized void lend(Delivery delivery, LanguageModel model) {
    OPEN.put(delivery, model);
  }

  /** Takes a lent model back. */
  static synchronized void takeBack(Delivery delivery) {
    OPEN.remove(delivery);
  }
}
