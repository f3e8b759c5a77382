package io.engram.model.train;

/**
 * The learning rate of each update, as transformers' schedules give it: a linear rise over the
 * warm-up, during which update 0 has rate 0, then constant, a straight line to 0 or a half cosine
 * to 0.
 */
public final class LearningRate {
  private LearningRate() {}

  /**
   * The rate of one update.
   *
   * @param update 0-based
   * @param total updates of the whole run
   */
  public static double at(OptimizerSettings optimizer, int update, int total) {
    return optimizer.learningRate() * factor(optimizer, update, total);
  }

  private static double factor(OptimizerSettings optimizer, int update, int total) {
    int warmup = optimizer.warmupUpdates();
    if (update < warmup) {
      return (double) update / Math.max(1, warmup);
    }
    double left = (double) (total - update) / Math.max(1, total - warmup);
    return switch (optimizer.schedule()) {
      case CONSTANT -> 1;
      case LINEAR -> Math.max(0, left);
      case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * (1 - left))));
    };
  }
}
