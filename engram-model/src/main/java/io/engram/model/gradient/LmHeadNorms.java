package io.engram.model.gradient;

import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LmHead;
import io.engram.model.gradient.GradientNorms.Coefficients;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Runs hidden states through the LM head and back, a chunk of whole samples at a time, to get ℓ_t,
 * the gradient of the hidden states, and the head's part of each squared norm: {@code Σ_{t,t'}
 * (dz_t·dz_t')(h_t·h_t')}, and for a tied head also {@code 2 Σ_{t,t'} dz_t[x_t'] (h_t·e_t')}, since
 * the row that makes logit v and the row that embeds token v are one parameter. dz is the gradient
 * of logits before any soft cap.
 */
final class LmHeadNorms {
  private final LabelledBatch batch;
  private final int[] indices;
  private final int[] lengths;
  private final Tensor hidden;
  private final LmHead head;
  private final double[][] logProbs;
  private final double[] squares;

  /** dz_t at the tokens of the sample's own input, {@code [n, T]} each. */
  private final Tensor[] atInputs;

  /**
   * A pass whose tensors belong to the running scope.
   *
   * @param indices each sample's index for slope and coefficients
   * @param hidden {@code [M, C]}, rows as in {@code batch}
   */
  LmHeadNorms(LabelledBatch batch, int[] indices, Tensor hidden, LmHead head) {
    this.batch = batch;
    this.indices = indices;
    this.hidden = hidden;
    this.head = head;
    this.logProbs = new double[indices.length][];
    this.squares = new double[indices.length];
    this.atInputs = new Tensor[indices.length];
    this.lengths = new int[indices.length];
    ScalarType type = SquaredNorms.wide(hidden).scalar_type();
    for (int s = 0; s < indices.length; s++) {
      lengths[s] = batch.batch().length(s);
      Tensor room = torch.zeros(new long[] {rows(s, s + 1), lengths[s]}, Tensors.options(type));
      atInputs[s] = Tensors.to(room, Device.of(hidden));
    }
  }

  /** Runs all chunks; returns dL/dh, {@code [M, C]}. */
  Tensor run(Coefficients coefficients, LogitSlope slope) {
    Tensor gradient = torch.empty_like(hidden);
    int first = 0;
    while (first < indices.length) {
      int last = first + 1;
      while (last < indices.length && rows(first, last + 1) <= LmHead.chunkRows()) {
        last++;
      }
      try (PointerScope scope = new PointerScope()) {
        gradient
            .narrow(0, from(first), rows(first, last))
            .copy_(chunk(first, last, coefficients, slope));
      }
      first = last;
    }
    return gradient;
  }

  private Tensor chunk(int first, int last, Coefficients coefficients, LogitSlope slope) {
    Tensor h = hidden.narrow(0, from(first), rows(first, last));
    int[] targets = Arrays.copyOfRange(batch.targets(), from(first), from(last));
    LmHead.Chunk chunk = head.chunk(h, Tensors.ofInts(targets, Device.of(h)));
    double[] all = Tensors.toDoubles(chunk.logProbs());
    double[] c = new double[all.length];
    for (int s = first; s < last; s++) {
      int at = from(s) - from(first);
      logProbs[s] = Arrays.copyOfRange(all, at, at + rows(s, s + 1));
      double[] own = coefficients.of(indices[s], logProbs[s].clone());
      if (own.length != logProbs[s].length) {
        throw new IllegalArgumentException(
            own.length + " coefficients for " + logProbs[s].length + " labelled tokens");
      }
      System.arraycopy(own, 0, c, at, own.length);
    }
    Tensor column = Tensors.ofDoubles(c, Device.of(h)).to(chunk.total().scalar_type()).view(-1, 1);
    int[] labels = IntStream.range(first, last).map(s -> rows(s, s + 1)).toArray();
    Tensor dz =
        chunk.beforeCap(slope.at(chunk, column, Arrays.copyOfRange(indices, first, last), labels));
    for (int s = first; s < last; s++) {
      addOwnRows(s, dz.narrow(0, from(s) - from(first), rows(s, s + 1)));
    }
    return head.backward(dz, h, null);
  }

  private void addOwnRows(int s, Tensor dz) {
    try (PointerScope scope = new PointerScope()) {
      Tensor h = hiddenOf(s);
      squares[s] = dot(dz.mm(dz.t()), h.mm(h.t()));
      int start = batch.batch().starts()[s];
      int[] inputs = Arrays.copyOfRange(batch.batch().ids(), start, start + lengths[s]);
      atInputs[s].copy_(dz.index_select(1, Tensors.ofInts(inputs, Device.of(dz))));
    }
  }

  /**
   * Adds the cross term of a tied head's row and the same embedding row.
   *
   * @param e gradient of the embedded tokens, {@code [N, C]}
   */
  void addTied(Tensor e) {
    for (int s = 0; s < indices.length; s++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor own = SquaredNorms.wide(e.narrow(0, batch.batch().starts()[s], lengths[s]));
        squares[s] += 2 * dot(atInputs[s], hiddenOf(s).mm(own.t()));
      }
    }
  }

  /**
   * Adds the last norm's gain or its bias: {@code ‖Σ_t p_t‖²}.
   *
   * @param p each labelled token's part, {@code [M, C]}
   */
  void addVector(Tensor p) {
    for (int s = 0; s < indices.length; s++) {
      try (PointerScope scope = new PointerScope()) {
        Tensor sum = p.narrow(0, from(s), rows(s, s + 1)).sum(0);
        squares[s] += dot(sum, sum);
      }
    }
  }

  /** ℓ_t of sample s. */
  double[] logProbs(int s) {
    return logProbs[s];
  }

  /** The sum for sample s. */
  double squares(int s) {
    return squares[s];
  }

  private Tensor hiddenOf(int s) {
    return SquaredNorms.wide(hidden.narrow(0, from(s), rows(s, s + 1)));
  }

  private int from(int s) {
    return batch.offsets()[s];
  }

  private int rows(int first, int last) {
    return from(last) - from(first);
  }

  private static double dot(Tensor a, Tensor b) {
    return a.mul(b)
        .sum(new org.bytedeco.pytorch.ScalarTypeOptional(ScalarType.Double))
        .item_double();
  }
}
