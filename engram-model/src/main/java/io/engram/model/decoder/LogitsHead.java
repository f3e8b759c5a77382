package io.engram.model.decoder;

import io.engram.model.tensor.Tensors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Logits of chosen rows, in chunks, and what is made of them while they last: log-probabilities of
 * the target tokens and their gradients. {@code [tokens, V]} never exists as a whole.
 *
 * <p>ℓ = −log(1 + Σ_{v≠y} exp(z_v − z_y)), written with a = max(0, max_v (z_v − z_y)) as {@code −(a
 * + log1p(Σ_{v≠y} exp(z_v − z_y − a) + expm1(−a)))}: for a token that the model is certain of, a is
 * 0 and no digit of a tiny ℓ is lost; for one that it excludes, nothing overflows.
 */
public final class LogitsHead {
  /** Rows of logits that exist at once. */
  public static final int CHUNK_ROWS = 1024;

  private LogitsHead() {}

  /**
   * What is known of a chunk of logits once its log-probabilities are computed.
   *
   * @param logProbs ℓ in nats, float64 {@code [m]}
   * @param others exp(z_v − z_y − a), 0 at the target: {@code [m, V]}; reused as the gradient
   * @param targets int64 {@code [m, 1]}
   * @param sum Σ over others, {@code [m, 1]} of their type
   * @param total sum + exp(−a), the softmax denominator, {@code [m, 1]}
   * @param isArgmax whether the target has the highest logit, {@code [m]}
   */
  public record Chunk(
      Tensor logProbs, Tensor others, Tensor targets, Tensor sum, Tensor total, Tensor isArgmax) {
    /** Turns coefficients c = dL/dℓ {@code [m, 1]} into dL/dz, in place of {@link #others}. */
    public Tensor gradient(Tensor coefficients) {
      // dℓ/dz_v = −p_v for v ≠ y and 1 − p_y = sum/total for y.
      Tensor scale = coefficients.div(total);
      Tensor atTarget = scale.mul(sum);
      others.mul_(scale.neg());
      return others.scatter_(1, targets, atTarget);
    }
  }

  /** ℓ and argmax hits of all rows. */
  public record Scores(double[] logProbs, boolean[] isArgmax) {}

  /**
   * Log-probabilities of the targets.
   *
   * @param hidden {@code [M, C]}
   * @param head {@code [V, C]}
   * @param targets token ids, {@code [M]}
   */
  public static Scores score(Tensor hidden, Tensor head, Tensor targets) {
    int rows = (int) hidden.size(0);
    double[] logProbs = new double[rows];
    boolean[] isArgmax = new boolean[rows];
    for (int from = 0; from < rows; from += CHUNK_ROWS) {
      int count = Math.min(CHUNK_ROWS, rows - from);
      try (PointerScope scope = new PointerScope()) {
        Chunk chunk = chunk(hidden.narrow(0, from, count), head, targets.narrow(0, from, count));
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
  public static Chunk chunk(Tensor hidden, Tensor head, Tensor targets) {
    return chunk(logits(hidden, head), targets);
  }

  /** The same of logits {@code [m, V]}, float32 or float64, which are written over. */
  public static Chunk chunk(Tensor logits, Tensor targets) {
    Tensor column = targets.view(-1, 1);
    Tensor difference = logits.sub_(logits.gather(1, column));
    Tensor a = difference.amax(new long[] {1}, true);
    Tensor others = difference.sub_(a).exp_().scatter_(1, column, new Scalar(0.0));
    Tensor sum = others.sum(new long[] {1}, true, new org.bytedeco.pytorch.ScalarTypeOptional());
    Tensor wideA = a.to(ScalarType.Double);
    Tensor wide = sum.to(ScalarType.Double).add(wideA.neg().expm1());
    Tensor logProbs = wideA.add(wide.log1p()).neg().view(-1);
    Tensor total = wide.add(new Scalar(1.0)).to(sum.scalar_type());
    return new Chunk(logProbs, others, column, sum, total, a.eq(new Scalar(0.0)).view(-1));
  }

  /** z = h Wᵀ in at least float32, {@code [m, V]}. */
  public static Tensor logits(Tensor hidden, Tensor head) {
    Tensor z = torch.linear(hidden, Linear.as(hidden, head));
    ScalarType type = z.scalar_type().intern(); // native code returns a new object each time
    return type == ScalarType.BFloat16 || type == ScalarType.Half ? z.to(ScalarType.Float) : z;
  }

  /**
   * Carries dL/dz of a chunk on: adds to the head's gradient and returns dL/dh {@code [m, C]}.
   *
   * @param headGradient {@code [V, C]}, added to in place; null where the head isn't trained
   */
  public static Tensor backward(
      Tensor logitsGradient, Tensor hidden, Tensor head, @Nullable Tensor headGradient) {
    Tensor dz = logitsGradient.to(hidden.scalar_type());
    if (headGradient != null) {
      headGradient.addmm_(dz.t(), hidden);
    }
    return dz.mm(head);
  }
}
