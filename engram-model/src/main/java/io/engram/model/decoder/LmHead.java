package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Workers;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Logits of chosen rows, in chunks, and what is computed from them: log-probabilities of the target
 * tokens and their gradients. {@code [tokens, V]} never exists as a whole.
 *
 * <p>ℓ = −log(1 + Σ_{v≠y} exp(z_v − z_y)), written with a = max(0, max_v (z_v − z_y)) as {@code −(a
 * + log1p(Σ_{v≠y} exp(z_v − z_y − a) + expm1(−a)))}: for a token that the model is certain of, a is
 * 0 and a tiny ℓ keeps all its digits; for one that it excludes, nothing overflows.
 *
 * @param weight {@code [V, C]}; borrowed
 * @param softCap c of {@code z = c·tanh(h Wᵀ / c)}; 0: {@code z = h Wᵀ}
 */
public record LmHead(Tensor weight, double softCap) {
  /** How many rows of logits exist at a time. */
  public static final int CHUNK_ROWS = 1024;

  private static final int FEWEST_ROWS = 64;

  /** This thread's share of them. */
  public static int chunkRows() {
    return Math.max(FEWEST_ROWS, CHUNK_ROWS / Workers.beside());
  }

  /**
   * A chunk of logits once its log-probabilities are computed.
   *
   * @param logProbs ℓ in nats, float64 {@code [m]}
   * @param others exp(z_v − z_y − a), 0 at the target: {@code [m, V]}; reused as the gradient
   * @param targets int64 {@code [m, 1]}
   * @param sum Σ over others, {@code [m, 1]} of their type
   * @param total sum + exp(−a), the softmax denominator, {@code [m, 1]}
   * @param isArgmax whether the target has the highest logit, {@code [m]}
   * @param capped how the logits were capped; their values are written over
   */
  public record Chunk(
      Tensor logProbs,
      Tensor others,
      Tensor targets,
      Tensor sum,
      Tensor total,
      Tensor isArgmax,
      Capped capped) {
    /** Turns coefficients c = dL/dℓ {@code [m, 1]} into dL/dz, in place of {@link #others}. */
    public Tensor gradient(Tensor coefficients) {
      // dℓ/dz_v = −p_v for v ≠ y and 1 − p_y = sum/total for y.
      Tensor scale = coefficients.div(total);
      Tensor atTarget = scale.mul(sum);
      others.mul_(scale.neg());
      return others.scatter_(1, targets, atTarget);
    }

    /** {@link Capped#beforeCap}. */
    public Tensor beforeCap(Tensor dz) {
      return capped.beforeCap(dz);
    }
  }

  /**
   * Logits and how they were capped.
   *
   * @param z {@code [m, V]}
   * @param capSlope dz/d(h Wᵀ), {@code [m, V]}; null where logits aren't capped
   */
  public record Capped(Tensor z, @Nullable Tensor capSlope) {
    /** Turns dL/dz {@code [m, V]} into dL/d(h Wᵀ), in place. */
    public Tensor beforeCap(Tensor dz) {
      return capSlope == null ? dz : dz.mul_(capSlope);
    }
  }

  /** ℓ and argmax hits of all rows. */
  public record Scores(double[] logProbs, boolean[] isArgmax) {}

  /**
   * Log-probabilities of the targets.
   *
   * @param hidden {@code [M, C]}
   * @param targets token ids, {@code [M]}
   */
  public Scores score(Tensor hidden, Tensor targets) {
    int rows = (int) hidden.size(0);
    double[] logProbs = new double[rows];
    boolean[] isArgmax = new boolean[rows];
    int most = chunkRows();
    for (int from = 0; from < rows; from += most) {
      int count = Math.min(most, rows - from);
      try (PointerScope scope = new PointerScope()) {
        Chunk chunk = chunk(hidden.narrow(0, from, count), targets.narrow(0, from, count));
        System.arraycopy(Tensors.toDoubles(chunk.logProbs()), 0, logProbs, from, count);
        double[] hits = Tensors.toDoubles(chunk.isArgmax());
        for (int i = 0; i < count; i++) {
          isArgmax[from + i] = hits[i] != 0;
        }
      }
    }
    return new Scores(logProbs, isArgmax);
  }

  /** Logits and log-probabilities of a few rows; belongs to the running scope. */
  public Chunk chunk(Tensor hidden, Tensor targets) {
    return chunkOf(product(hidden), targets);
  }

  /**
   * The same for {@code h Wᵀ [m, V]}, float32 or float64, which is overwritten.
   *
   * @param product not capped yet
   */
  public Chunk chunkOf(Tensor product, Tensor targets) {
    Capped capped = cap(product);
    Tensor logits = capped.z();
    Tensor column = targets.view(-1, 1);
    Tensor difference = logits.sub_(logits.gather(1, column));
    Tensor a = difference.amax(new long[] {1}, true);
    Tensor others = difference.sub_(a).exp_().scatter_(1, column, new Scalar(0.0));
    Tensor sum = others.sum(new long[] {1}, true, new org.bytedeco.pytorch.ScalarTypeOptional());
    Tensor wideA = a.to(ScalarType.Double);
    Tensor wide = sum.to(ScalarType.Double).add(wideA.neg().expm1());
    Tensor logProbs = wideA.add(wide.log1p()).neg().view(-1);
    Tensor total = wide.add(new Scalar(1.0)).to(sum.scalar_type());
    Tensor isArgmax = a.eq(new Scalar(0.0)).view(-1);
    return new Chunk(logProbs, others, column, sum, total, isArgmax, capped);
  }

  /** z in at least float32, {@code [m, V]}; autograd can follow it. */
  public Tensor logits(Tensor hidden) {
    Tensor product = product(hidden);
    return softCap == 0
        ? product
        : product.div(new Scalar(softCap)).tanh().mul(new Scalar(softCap));
  }

  /** z and its slope, without autograd. */
  public Capped capped(Tensor hidden) {
    return cap(product(hidden));
  }

  /** h Wᵀ in at least float32. */
  private Tensor product(Tensor hidden) {
    Tensor z = torch.linear(hidden, Linear.as(hidden, weight));
    ScalarType type = z.scalar_type().intern(); // native code returns a new object each time
    return type == ScalarType.BFloat16 || type == ScalarType.Half ? z.to(ScalarType.Float) : z;
  }

  /** In place; d c·tanh(u/c) / du = 1 − tanh²(u/c). */
  private Capped cap(Tensor product) {
    if (softCap == 0) {
      return new Capped(product, null);
    }
    Tensor tanh = product.div_(new Scalar(softCap)).tanh_();
    Tensor slope = tanh.square().neg_().add_(new Scalar(1.0));
    return new Capped(tanh.mul_(new Scalar(softCap)), slope);
  }

  /**
   * Propagates dL/d(h Wᵀ) of a chunk: adds to the weight's gradient and returns dL/dh {@code [m,
   * C]}.
   *
   * @param gradient {@code [V, C]}, added to in place; null where the head isn't trained
   */
  public Tensor backward(Tensor productGradient, Tensor hidden, @Nullable Tensor gradient) {
    Tensor dz = productGradient.to(hidden.scalar_type());
    if (gradient != null) {
      gradient.addmm_(dz.t(), hidden);
    }
    return dz.mm(weight);
  }
}
