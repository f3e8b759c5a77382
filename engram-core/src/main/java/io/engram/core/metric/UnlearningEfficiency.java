package io.engram.core.metric;

/**
 * How efficiently a run reached the unlearning goal: {@code E = 1 / (N · C)}, with N the updates
 * needed and C the cost of one.
 *
 * <p><b>Source:</b> Def. 3.3; its formula is missing from the available text. The surrounding text
 * implies this one: E depends on N and C; CGA, with the smaller N · C, is more efficient; and the
 * analysis of SGA and CGA that follows multiplies the number of updates by the cost of one,
 * including its share of measuring MRD.
 */
public final class UnlearningEfficiency {
  private UnlearningEfficiency() {}

  /**
   * The efficiency E of a run that has reached its goal.
   *
   * @param updates N, at least 1
   * @param cost C, the cost of an update, above 0; for example in seconds
   * @return per unit of cost, above 0
   * @throws IllegalArgumentException if an argument is smaller than that
   */
  public static double of(int updates, double cost) {
    if (updates < 1 || !(cost > 0)) {
      throw new IllegalArgumentException(updates + " updates at a cost of " + cost);
    }
    return 1 / (updates * cost);
  }
}
