package io.engram.model.score;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The noise that δ ~ N(0, σ²I) on a weight makes in its layer's output, {@code x δᵀ}, for sequences
 * of equal length T with a draw each. Its columns are independent with covariance σ² x xᵀ. Where T
 * is less than the layer's width it is made as {@code σ L Ξ}, {@code L Lᵀ = x xᵀ}, T·out random
 * numbers; otherwise from δ itself, in·out numbers.
 *
 * @param x {@code [b, T, in]}
 * @param factor {@code [b, T, T]}, shared by all layers that are given x; null where T ≥ in
 * @param sequences whose draw each of the b is
 */
record LinearNoise(Tensor x, @Nullable Tensor factor, int[] sequences, DrawnNoise noise) {
  /** For the layers that are given x; the factor belongs to the running scope. */
  static LinearNoise of(Tensor x, int[] sequences, List<String> ids, DrawnNoise noise) {
    Tensor factor = x.size(1) < x.size(2) ? GramFactor.of(x, ids) : null;
    return new LinearNoise(x, factor, sequences, noise);
  }

  /** b·T. */
  long rows() {
    return x.size(0) * x.size(1);
  }

  /** Adds the noise of this weight to {@code y [b·T, out]}, in place. */
  void add(String weight, Tensor y, Scalar sigma) {
    long out = y.size(1);
    if (factor == null) {
      for (int i = 0; i < sequences.length; i++) {
        try (PointerScope scope = new PointerScope()) {
          Tensor delta = noise.of(weight, new int[] {sequences[i]}, out * x.size(2));
          Tensor own = x.select(0, i);
          y.narrow(0, i * x.size(1), x.size(1))
              .addmm_(own, delta.view(out, -1).t(), new Scalar(1.0), sigma);
        }
      }
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor xi = noise.of(weight, sequences, x.size(1) * out).view(-1, x.size(1), out);
      y.view(-1, x.size(1), out).baddbmm_(factor, xi, new Scalar(1.0), sigma);
    }
  }
}
