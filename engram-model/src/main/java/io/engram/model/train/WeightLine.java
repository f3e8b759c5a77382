package io.engram.model.train;

import io.engram.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The line from the trained weights before a step through those after it. Owns a copy. */
final class WeightLine implements AutoCloseable {
  private final TrainedWeights trained;
  private final Map<String, Tensor> start = new LinkedHashMap<>();
  private double at = 1;

  /** Starts at the current weights, before the step. */
  WeightLine(TrainedWeights trained) {
    this.trained = trained;
    for (String name : trained.names()) {
      try (PointerScope scope = new PointerScope()) {
        start.put(name, Tensors.keep(trained.weight(name).detach().clone()));
      }
    }
  }

  /** Sets the weights to start + s · step. */
  void to(double s) {
    double ratio = s / at;
    try (AutoGradMode off = new AutoGradMode(false)) {
      start.forEach(
          (name, origin) -> {
            try (PointerScope scope = new PointerScope()) {
              Tensor weight = trained.weight(name).detach();
              weight.sub_(origin).mul_(new Scalar(ratio)).add_(origin);
            }
          });
    }
    at = s;
  }

  @Override
  public void close() {
    start.values().forEach(Tensors::release);
    start.clear();
  }

  /**
   * The best length of a step, from a loss at its end and equally far behind its start: the lowest
   * point of the parabola through the three values, {@code s = (L(−1) − L(1)) / (2 (L(−1) − 2 L(0)
   * + L(1)))}.
   *
   * <p><b>Source:</b> Bu &amp; Xu 2024, "Automatic gradient descent with generalized Newton's
   * method"; in unlearning: Jin et al. 2025. <b>Differs:</b> kept within [0.1, 10], since a
   * parabola says little far from its three points.
   */
  static final class ParabolaStep {
    private static final double MOST = 10;

    private ParabolaStep() {}

    /**
     * The length in steps; 1 if the values aren't finite, or the parabola has no minimum or one
     * behind the start.
     *
     * @param behind L(−1)
     * @param here L(0)
     * @param ahead L(1)
     */
    static double length(double behind, double here, double ahead) {
      double curvature = behind - 2 * here + ahead;
      double length = (behind - ahead) / (2 * curvature);
      boolean lies = curvature > 0 && length > 0 && Double.isFinite(length);
      return lies ? Math.max(1 / MOST, Math.min(MOST, length)) : 1;
    }
  }
}
