package io.engram.model.train;

import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LogitsHead;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * From hidden states to losses and back, a chunk of whole sequences at a time: logits, their
 * log-probabilities, the losses' slopes, and at once the gradients of the hidden states and the
 * head. So one product with the head's weight serves loss and gradient, and {@code [tokens, V]}
 * exists for one chunk only.
 */
final class HeadPass {
  private final LogitsHead head;
  private final @Nullable Tensor headGradient;

  /**
   * A pass with this head.
   *
   * @param headGradient {@code [V, C]}, added to; null where the head isn't trained
   */
  HeadPass(LogitsHead head, @Nullable Tensor headGradient) {
    this.head = head;
    this.headGradient = headGradient;
  }

  /**
   * Computes each sequence's loss and the gradient of the hidden states.
   *
   * @param hidden {@code [M, C]}, rows as in {@code batch}
   * @param losses receives each sequence's loss
   * @return dL/dh, {@code [M, C]}; belongs to the running scope
   */
  Tensor run(
      List<TrainingSequence> sequences, LabelledBatch batch, Tensor hidden, double[] losses) {
    Tensor gradient = torch.empty_like(hidden);
    Tensor targets = Tensors.ofInts(batch.targets(), Device.of(hidden));
    int first = 0;
    while (first < sequences.size()) {
      int last = chunkEnd(sequences, batch, first);
      int from = batch.offsets()[first];
      int rows = batch.offsets()[last] - from;
      try (PointerScope scope = new PointerScope()) {
        Tensor h = hidden.narrow(0, from, rows);
        Tensor dz =
            sequences.get(first).objective() instanceof Objective.KlToReference
                ? kl(sequences, first, last, h, losses)
                : logProbs(sequences, batch, first, last, h, targets.narrow(0, from, rows), losses);
        gradient.narrow(0, from, rows).copy_(head.backward(dz, h, headGradient));
      }
      first = last;
    }
    return gradient;
  }

  /** Sequences of one kind of objective, up to the chunk's rows; at least one. */
  private static int chunkEnd(List<TrainingSequence> sequences, LabelledBatch batch, int first) {
    boolean kl = sequences.get(first).objective() instanceof Objective.KlToReference;
    int last = first + 1;
    while (last < sequences.size()
        && kl == (sequences.get(last).objective() instanceof Objective.KlToReference)
        && batch.offsets()[last + 1] - batch.offsets()[first] <= LogitsHead.CHUNK_ROWS) {
      last++;
    }
    return last;
  }

  private Tensor logProbs(
      List<TrainingSequence> sequences,
      LabelledBatch batch,
      int first,
      int last,
      Tensor h,
      Tensor targets,
      double[] losses) {
    LogitsHead.Chunk chunk = head.chunk(h, targets);
    double[] logProbs = Tensors.toDoubles(chunk.logProbs());
    double[] slopes = new double[logProbs.length];
    int base = batch.offsets()[first];
    for (int s = first; s < last; s++) {
      int from = batch.offsets()[s] - base;
      int to = batch.offsets()[s + 1] - base;
      Objective.OfLogProbs objective = (Objective.OfLogProbs) sequences.get(s).objective();
      SequenceLoss.Slope slope = objective.loss().at(Arrays.copyOfRange(logProbs, from, to));
      losses[s] = slope.loss();
      System.arraycopy(slope.gradient(), 0, slopes, from, to - from);
    }
    Tensor coefficients = Tensors.ofDoubles(slopes, Device.of(h)).to(chunk.total().scalar_type());
    return chunk.beforeCap(chunk.gradient(coefficients.view(-1, 1)));
  }

  /** KL(ref ‖ θ) = Σ_v q_v (log q_v − log p_v); dKL/dz = p − q. */
  private Tensor kl(
      List<TrainingSequence> sequences, int first, int last, Tensor h, double[] losses) {
    Objective.KlToReference kind = (Objective.KlToReference) sequences.get(first).objective();
    Tensor[] states = new Tensor[last - first];
    long[] rows = new long[last - first];
    for (int s = first; s < last; s++) {
      states[s - first] = kind.reference().hidden(sequences.get(s).sample().id());
      rows[s - first] = states[s - first].size(0);
    }
    Tensor q = kind.reference().head().logits(torch.cat(new TensorVector(states), 0));
    Tensor logQ = torch.log_softmax(q, 1);
    LogitsHead.Capped logits = head.capped(h);
    Tensor logP = torch.log_softmax(logits.z(), 1);
    Tensor qProbs = logQ.exp();
    Tensor perRow = qProbs.mul(logQ.sub_(logP)).sum(1);
    TensorVector parts = perRow.split_with_sizes(rows, 0);
    for (int s = first; s < last; s++) {
      Objective.KlToReference own = (Objective.KlToReference) sequences.get(s).objective();
      losses[s] = own.weight() * parts.get(s - first).sum().item_double();
    }
    return logits.beforeCap(logP.exp_().sub_(qProbs).mul_(new Scalar(kind.weight())));
  }
}
