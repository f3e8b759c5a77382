package io.engram.model.gradient;

import io.engram.model.tensor.Tensors;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The step of one weight {@code [out, in]} for each of b samples, without making any of the b
 * matrices: {@code D = Σ_t ĝ_t (γ ⊙ x_t)ᵀ}.
 *
 * <p>{@link SeparateSteps.Direction#GRADIENT}: {@code D = G = Σ_t g_t x_tᵀ}. {@link
 * SeparateSteps.Direction#SIGN}: {@code D_ij = √(2/π) G_ij ‖G‖ / √(r_i c_j)} with r and c the
 * squared norms of G's rows and columns, which follow from the T × T products of the x_t and of the
 * g_t.
 *
 * @param x {@code [b, T, in]}
 * @param columns γ, {@code [b, 1, in]}; null: ones
 * @param g ĝ, {@code [b, T, out]}
 * @param slope {@code Σ_ij G_ij D_ij}, float64 {@code [b]}; for signs, what it would be if G_ij² =
 *     r_i c_j / ‖G‖² held for every number, which is close
 */
record LowRankStep(Tensor x, @Nullable Tensor columns, Tensor g, Tensor slope) {
  /**
   * Relative addition to the diagonals: a row whose norm cancels up to rounding moves less than its
   * signs say.
   */
  private static final double RIDGE = 1 + 1e-6;

  /** Below any squared norm that matters; avoids dividing by the 0 of an unused row. */
  private static final double LEAST = 1e-30;

  /**
   * The step from inputs and output gradients; belongs to the running scope.
   *
   * @param g {@code [b, T, out]}; not written to
   */
  static LowRankStep of(Tensor x, Tensor g, SeparateSteps.Direction direction) {
    if (direction == SeparateSteps.Direction.GRADIENT) {
      return new LowRankStep(
          x, null, g, Tensors.scoped(() -> inner(products(x, x), products(g, g))));
    }
    Tensor ofX = ridged(x);
    Tensor ofG = ridged(g);
    Tensor whole = inner(ofX, ofG).sqrt_();
    Tensor rows = norms(ofX, g);
    Tensor columns = norms(ofG, x);
    Tensor slope = slope(rows, columns, whole);
    Tensor scale = inverseRoot(rows).mul_(whole.to(g.scalar_type()).view(-1, 1, 1));
    Tensor scaled = g.mul(scale.mul_(new Scalar(SeparateSteps.Direction.MEAN_SIZE)));
    return new LowRankStep(x, inverseRoot(columns), scaled, slope);
  }

  /**
   * Adds {@code h · D x'} to the output of the layer with input x'.
   *
   * @param y {@code [b, T, out]}, written to
   * @param moved x', {@code [b, T, in]}
   * @param h {@code [b, 1, 1]}
   */
  void addTo(Tensor y, Tensor moved, Tensor h) {
    Tensor left = columns == null ? moved : moved.mul(columns);
    y.baddbmm_(products(left, x).mul_(h), g);
  }

  /** {@code a bᵀ} of each sample. */
  static Tensor products(Tensor a, Tensor b) {
    return a.matmul(b.transpose(-2, -1));
  }

  /** {@code x xᵀ} of each sample, {@link #RIDGE} on its diagonal. */
  static Tensor ridged(Tensor x) {
    return ridge(products(x, x));
  }

  /** Puts {@link #RIDGE} on the diagonal, in place. */
  static Tensor ridge(Tensor products) {
    products.diagonal(0, -2, -1).mul_(new Scalar(RIDGE));
    return products;
  }

  /** {@code ‖Σ_t a_t b_tᵀ‖²} along b's dimension, {@code [.., 1, ·]}, from a's products. */
  static Tensor norms(Tensor products, Tensor b) {
    return Tensors.scoped(
        () -> products.matmul(b).mul_(b).sum(new long[] {-2}, true, new ScalarTypeOptional()));
  }

  /** {@code √(2/π) Σ_i √r_i Σ_j √c_j / ‖G‖} of each sample, float64. */
  static Tensor slope(Tensor rows, Tensor columns, Tensor whole) {
    Tensor product =
        size(rows).mul_(size(columns)).mul_(new Scalar(SeparateSteps.Direction.MEAN_SIZE));
    return product.div_(whole.clamp_min(new Scalar(Float.MIN_NORMAL)));
  }

  private static Tensor size(Tensor squares) {
    return squares
        .clamp_min(new Scalar(0.0))
        .sqrt_()
        .sum(new long[] {-2, -1}, false, new ScalarTypeOptional(ScalarType.Double));
  }

  /** 1/√x, finite where x is 0; in place. */
  static Tensor inverseRoot(Tensor x) {
    return x.clamp_min_(new Scalar(LEAST)).rsqrt_();
  }

  /** {@code Σ a ⊙ b} of each sample, float64. */
  static Tensor inner(Tensor a, Tensor b) {
    return a.mul(b).sum(new long[] {-2, -1}, false, new ScalarTypeOptional(ScalarType.Double));
  }
}
