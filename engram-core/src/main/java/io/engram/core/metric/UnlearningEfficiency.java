package io.engram.core.metric;

/**
 * How little work it took to reach the unlearning goal: {@code E = 1 / (N · C)}, N the updates
 * needed, C what one costs.
 *
 * <p><b>Source:</b> Def. 3.3; its formula is lost from the text at hand. What is said of it leaves
 * this one: E is of N and C, CGA with the smaller N · C is the more efficient, and in the analysis
 * of SGA and CGA that follows the number of updates multiplies the cost of one, its share of
 * measuring MRD in it.
 */
public final class UnlearningEfficiency {
  private UnlearningEfficiency() {}

  /**
   * E of a run that has reached its goal.
   *
   * @param updates N, at least 1
   * @param cost C of an update, above 0; seconds, say
   * @return per unit of cost, above 0
   * @throws IllegalArgumentException if one is less
   */
  public static double of(int updates, double cost) {
    if (updates < 1 || !(cost > 0)) {
      throw new IllegalArgumentException(updates + " updates of a cost of " + cost);
    }
    return 1 / (updates * cost);
  }
}
