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
  record Products(double forget, double retain, double between) {}

  /** The update's gradient is {@code forget · g_F + retain · g_R}. */
  record Coefficients(double forget, double retain) {}
}
