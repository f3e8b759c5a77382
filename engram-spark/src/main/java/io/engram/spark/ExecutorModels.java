package io.engram.spark;

import io.engram.model.LanguageModel;
import io.engram.model.ModelSource;
import java.util.HashMap;
import java.util.Map;

/**
 * The models that this process has open: each is opened by the first task that needs it and stays
 * open until the process ends. All tasks of a process share its weights.
 */
final class ExecutorModels {
  private static final Map<ModelSource, LanguageModel> OPEN = new HashMap<>();

  private ExecutorModels() {}

  /**
   * The model, opened if it isn't yet.
   *
   * @throws io.engram.core.EngramException if it isn't there or isn't the one that is meant
   */
  static synchronized LanguageModel of(ModelSource source, String host) {
    LanguageModel open = OPEN.get(source);
    if (open == null) {
      open = source.open(host);
      OPEN.put(source, open);
    }
    return open;
  }

  /** Lends an open model to tasks that run in this process. */
  static synchronized void lend(ModelSource source, LanguageModel model) {
    OPEN.put(source, model);
  }

  /** Takes a lent model back. */
  static synchronized void takeBack(ModelSource source) {
    OPEN.remove(source);
  }
}
