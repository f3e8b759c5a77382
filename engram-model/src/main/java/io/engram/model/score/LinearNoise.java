package io.engram.model.score;

import io.engram.core.EngramException;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The noise that δ ~ N(0, σ²I) on a weight makes in its layer's output, {@code x δᵀ}, for sequences
 * of equal length T with one draw each. Its columns are independent with covariance σ² x xᵀ. If T
 * is less than the layer's width, it is made as {@code σ L Ξ}, {@code L Lᵀ = x xᵀ}, T·out random
 * numbers; otherwise from δ itself, in·out numbers.
 *
 * @param x {@code [b, T, in]}
 * @param factor {@code [b, T, T]}, shared by all layers with the input x; null if T ≥ in
 * @param sequences which sequence's draw each of the b uses
 */
record LinearNoise(Tensor x, @Nullable Tensor factor, int[] sequences, DrawnNoise noise) {
  /** For the layers with the input x; the factor belongs to the running scope. */
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

  /**
   * L with {@code L Lᵀ = X Xᵀ} of each sequence of a bucket, so that {@code L Ξ} with Ξ ~ N(0, I)
   * has the distribution of {@code X δWᵀ}.
   *
   * <p>Rows of X are first scaled to length 1 and L's are scaled back: the jitter that keeps the
   * factor real is then 1e-6 of each token's own variance. Relative to the mean over tokens
   * instead, one token of huge norm, as trained models have, would drown all others.
   */
  static final class GramFactor {
    private static final double JITTER = 1e-6;
    private static final double MOST = 1e-2;

    private GramFactor() {}

    /**
     * Factors of {@code x [b, T, in]}, float32 {@code [b, T, T]}. Those of sequences with NaN or ∞
     * have NaN or ∞.
     *
     * @param ids the b samples' ids, for the error
     * @throws EngramException if a factor isn't real with 1e-2 on the diagonal, naming the sample
     */
    static Tensor of(Tensor x, List<String> ids) {
      long[] last = {2};
      Tensor length =
          torch.linalg_vector_norm(x, new Scalar(2.0), last, true, new ScalarTypeOptional());
      Tensor unit = x.div(length.clamp_min(new Scalar(Float.MIN_NORMAL)));
      return cholesky(unit.bmm(unit.transpose(1, 2)), ids).mul_(length);
    }

    /** Factors of Gram matrices {@code [b, T, T]} with ones on their diagonals. */
    static Tensor cholesky(Tensor gram, List<String> ids) {
      Device device = Device.of(gram);
      Tensor one = Tensors.to(torch.eye(gram.size(1), Tensors.options(gram.scalar_type())), device);
      // LAPACK would report NaN as a failure; here it is a pass that counts as not finite.
      Tensor finite = torch.where(torch.isfinite(gram), gram, one);
      double[] jitter = new double[ids.size()];
      Arrays.fill(jitter, JITTER);
      while (true) {
        Tensor added = Tensors.ofDoubles(jitter, device).to(gram.scalar_type()).view(-1, 1, 1);
        T_TensorTensor_T factored =
            torch.linalg_cholesky_ex(finite.add(one.mul(added)), false, false);
        double[] info = Tensors.toDoubles(factored.get1());
        boolean failed = false;
        for (int i = 0; i < info.length; i++) {
          if (info[i] != 0) {
            failed = true;
            jitter[i] = raised(jitter[i], ids.get(i));
          }
        }
        if (!failed) {
          return factored.get0();
        }
      }
    }

    private static double raised(double jitter, String id) {
      if (jitter >= MOST) {
        throw EngramException.usage(
            ("Sample %s: its activations' Gram matrix has no Cholesky factor, even with %s on the"
                    + " diagonal.%nThe estimators antithetic, shared and paper need none.")
                .formatted(id, MOST));
      }
      return Math.min(10 * jitter, MOST);
    }
  }
}
