package io.engram.model.train;

import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LmHead;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Runs hidden states to losses and back, a chunk of whole sequences at a time: logits, their
 * log-probabilities, the losses' slopes, and right away the gradients of the hidden states and the
 * head. So one product with the head's weight serves loss and gradient, and {@code [tokens, V]}
 * exists only for one chunk.
 */
final class LmHeadPass {
  private final LmHead head;
  private final @Nullable Tensor headGradient;

  /**
   * A pass with this head.
   *
   * @param headGradient {@code [V, C]}, added to; null if the head isn't trained
   */
  LmHeadPass(LmHead head, @Nullable Tensor headGradient) {
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
    int from = 0;
    while (first < sequences.size()) {
      int last = chunkEnd(sequences, first);
      List<TrainingSequence> own = sequences.subList(first, last);
      int rows = own.stream().mapToInt(TrainingSequence::labels).sum();
      double[] ownLosses = new double[own.size()];
      try (PointerScope scope = new PointerScope()) {
        Tensor h = hidden.narrow(0, from, rows);
        Tensor y = targets.narrow(0, from, rows);
        Objective objective = own.get(0).objective();
        Tensor dz;
        if (objective instanceof Objective.KlToReference kind) {
          dz = kl(own, kind, h, y, ownLosses);
        } else if (objective instanceof Objective.OfLogitSpread kind) {
          dz = spread(own, kind, h, ownLosses);
        } else {
          dz = logProbs(own, h, y, ownLosses);
        }
        gradient.narrow(0, from, rows).copy_(head.backward(dz, h, headGradient));
      }
      System.arraycopy(ownLosses, 0, losses, first, ownLosses.length);
      first = last;
      from += rows;
    }
    return gradient;
  }

  /** Sequences whose objectives can be computed together, up to the chunk's rows; at least one. */
  private static int chunkEnd(List<TrainingSequence> sequences, int first) {
    TrainingSequence start = sequences.get(first);
    int rows = start.labels();
    int last = first + 1;
    while (last < sequences.size()) {
      TrainingSequence next = sequences.get(last);
      rows += next.labels();
      if (rows > LmHead.CHUNK_ROWS || !start.objective().joins(next.objective())) {
        break;
      }
      last++;
    }
    return last;
  }

  private Tensor logProbs(
      List<TrainingSequence> sequences, Tensor h, Tensor targets, double[] losses) {
    LmHead.Chunk chunk = head.chunk(h, targets);
    double[] logProbs = Tensors.toDoubles(chunk.logProbs());
    double[] slopes = new double[logProbs.length];
    int from = 0;
    for (int s = 0; s < losses.length; s++) {
      int to = from + sequences.get(s).labels();
      Objective.OfLogProbs objective = (Objective.OfLogProbs) sequences.get(s).objective();
      SequenceLoss.Slope slope = objective.loss().at(Arrays.copyOfRange(logProbs, from, to));
      losses[s] = slope.loss();
      System.arraycopy(slope.gradient(), 0, slopes, from, to - from);
      from = to;
    }
    Tensor coefficients = Tensors.ofDoubles(slopes, Device.of(h)).to(chunk.total().scalar_type());
    return chunk.beforeCap(chunk.gradient(coefficients.view(-1, 1)));
  }

  /** KL(q ‖ θ) = Σ_v q_v (log q_v − log p_v); dKL/dz = p − q. */
  private Tensor kl(
      List<TrainingSequence> sequences,
      Objective.KlToReference kind,
      Tensor h,
      Tensor targets,
      double[] losses) {
    Tensor[] states =
        sequences.stream()
            .flatMap(s -> s.samples().stream())
            .map(sample -> kind.reference().hidden(sample.id()))
            .toArray(Tensor[]::new);
    Tensor logQ = torch.log_softmax(target(kind, states, targets), 1);
    LmHead.Capped logits = head.capped(h);
    Tensor logP = torch.log_softmax(logits.z(), 1);
    Tensor qProbs = logQ.exp();
    addRows(sequences, qProbs.mul(logQ.sub_(logP)).sum(1), kind.weight(), losses);
    return logits.beforeCap(logP.exp_().sub_(qProbs).mul_(new Scalar(kind.weight())));
  }

  /** s = max_v z − mean_v z; d(s²)/dz_v = 2 s (1[v = argmax] − 1/V). */
  private Tensor spread(
      List<TrainingSequence> sequences, Objective.OfLogitSpread kind, Tensor h, double[] losses) {
    LmHead.Capped logits = head.capped(h);
    Tensor z = logits.z();
    Tensor largest = z.argmax(new LongOptional(1), true);
    Tensor spread = z.gather(1, largest).sub(z.mean(1).view(-1, 1));
    addRows(sequences, spread.square().view(-1), kind.weight(), losses);
    Tensor slope = spread.mul(new Scalar(2 * kind.weight()));
    Tensor dz = slope.div(new Scalar((double) -z.size(1))).expand_as(z).contiguous();
    return logits.beforeCap(dz.scatter_add_(1, largest, slope));
  }

  /** Each sequence's loss, {@code weight ·} the sum over its rows. */
  private static void addRows(
      List<TrainingSequence> sequences, Tensor perRow, double weight, double[] losses) {
    long[] rows = sequences.stream().mapToLong(TrainingSequence::labels).toArray();
    TensorVector parts = perRow.split_with_sizes(rows, 0);
    for (int s = 0; s < losses.length; s++) {
      losses[s] = weight * parts.get(s).sum().item_double();
    }
  }

  /** The reference's logits, with the true token's lowered, {@code [m, V]}. */
  private static Tensor target(Objective.KlToReference kind, Tensor[] states, Tensor targets) {
    Tensor z = kind.reference().lmHead().logits(torch.cat(new TensorVector(states), 0));
    if (kind.demotion() != 0) {
      Tensor column = targets.view(-1, 1);
      z.scatter_(1, column, z.gather(1, column).sub(new Scalar(kind.demotion())));
    }
    return z;
  }
}
