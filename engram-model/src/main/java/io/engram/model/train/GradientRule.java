package io.engram.model.train;

/** How the gradients of the forget and the retain loss are combined. */
@FunctionalInterface
public interface GradientRule {
  /** The weights of both gradients. */
  Coefficients at(Products products);

  /**
   * Inner products over all trained weights.
   *
   * @param forget ‖g_F‖²
   * @param retain ‖g_R‖²
   * @param between g_F · g_R
   */
  record Products(double forget, double retain, double between) {
    private static final double ROUNDING = 1e-10;

    /**
     * Whether there is a retain gradient. One whose norm is below 10⁻⁵ of the forget gradient's is
     * rounding, such as that of a KL term before the first update, which is 0.
     */
    public boolean hasRetain() {
      return retain > ROUNDING * forget;
    }
  }

  /** The update's gradient is {@code forget · g_F + retain · g_R}. */
  record Coefficients(double forget, double retain) {}
}
