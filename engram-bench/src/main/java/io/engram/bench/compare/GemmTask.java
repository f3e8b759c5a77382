package io.engram.bench.compare;

import io.engram.model.tensor.MatrixProduct;
import java.util.Map;

/**
 * Seconds of a float32 product of two {@code [size, size]} matrices, the best of five; filling them
 * counts.
 */
record GemmTask(int size) implements Task {
  private static final int PRODUCTS = 5;

  @Override
  public Reading measure(boolean warmUp) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < PRODUCTS; i++) {
      long start = System.nanoTime();
      MatrixProduct.run(size);
      best = Math.min(best, Reading.since(start));
    }
    return new Reading(best, 0, Map.of());
  }
}
