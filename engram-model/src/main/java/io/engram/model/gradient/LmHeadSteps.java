package io.engram.model.gradient;

import io.engram.model.decoder.LabelledBatch;
import io.engram.model.decoder.LmHead;
import io.engram.model.decoder.Norm;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.train.ScopedWeights;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Runs hidden states through the LM head and back, a chunk of whole samples at a time, and once
 * more with each sample's own head. The head, a tied embedding and the last norm move as {@link
 * SeparateSteps.Direction} says. Everything belongs to the scope in which it is made.
 */
final class LmHeadSteps {
  private final ScopedWeights trained;
  private final SeparateSteps.Direction direction;
  private final LabelledBatch batch;
  private final Tensor hidden;
  private final Tensor targets;
  private final LmHead head;
  private final double[][] logProbs;
  private final double[] slopes;
  private final Tensor[] dz;
  private final @Nullable LmHeadStep[] steps;
  private final @Nullable Tensor[] gains;
  private final @Nullable Tensor[] biases;

  /**
   * A pass.
   *
   * @param hidden {@code [M, C]}, rows as in {@code batch}
   */
  LmHeadSteps(
      ScopedWeights trained,
      SeparateSteps.Direction direction,
      LabelledBatch batch,
      Tensor hidden) {
    this.trained = trained;
    this.direction = direction;
    this.batch = batch;
    this.hidden = hidden;
    this.targets = Tensors.ofInts(batch.targets(), Device.of(hidden));
    LmHead stored = trained.decoder().lmHead();
    this.head = new LmHead(SquaredNorms.wide(stored.weight()), stored.softCap());
    int count = batch.offsets().length - 1;
    logProbs = new double[count][];
    slopes = new double[count];
    dz = new Tensor[count];
    steps = new LmHeadStep[count];
    gains = new Tensor[count];
    biases = new Tensor[count];
  }

  private interface Chunk {
    void run(int first, int last);
  }

  private void chunks(Chunk chunk) {
    int first = 0;
    while (first < slopes.length) {
      int last = first + 1;
      while (last < slopes.length && rows(first, last + 1) <= LmHead.chunkRows()) {
        last++;
      }
      chunk.run(first, last);
      first = last;
    }
  }

  /** ℓ_t of all samples; returns the gradient of the hidden states, {@code [M, C]}. */
  Tensor backward() {
    Tensor gradient = torch.empty_like(hidden);
    chunks(
        (first, last) -> {
          Tensor slope = Tensors.scoped(() -> slope(first, last, gradient));
          for (int s = first; s < last; s++) {
            dz[s] = slope.narrow(0, from(s) - from(first), rows(s, s + 1));
          }
        });
    return gradient;
  }

  /** dL/d(h Wᵀ) of a chunk, {@code [m, V]}. */
  private Tensor slope(int first, int last, Tensor gradient) {
    Tensor h = hidden.narrow(0, from(first), rows(first, last));
    LmHead.Chunk chunk = head.chunk(h, targets.narrow(0, from(first), rows(first, last)));
    double[] all = Tensors.toDoubles(chunk.logProbs());
    double[] c = new double[all.length];
    for (int s = first; s < last; s++) {
      int at = from(s) - from(first);
      logProbs[s] = Arrays.copyOfRange(all, at, at + rows(s, s + 1));
      Arrays.fill(c, at, at + rows(s, s + 1), -1 / (unit(s) * rows(s, s + 1)));
    }
    Tensor column = Tensors.ofDoubles(c, Device.of(h)).to(chunk.total().scalar_type()).view(-1, 1);
    Tensor slope = chunk.beforeCap(chunk.gradient(column));
    gradient.narrow(0, from(first), rows(first, last)).copy_(head.backward(slope, h, null));
    return slope;
  }

  /**
   * The divisor of gradients: if only their direction counts, L itself, so that those of a sample
   * known by heart aren't lost.
   */
  double unit(int s) {
    double loss = -Arrays.stream(logProbs[s]).average().orElseThrow();
    return direction == SeparateSteps.Direction.SIGN ? Math.max(loss, Float.MIN_NORMAL) : 1;
  }

  /** Computes all steps, once gradients are known. */
  void follow(LayerGradients gradients) {
    RecordedLayers.NormPass last = gradients.layers().last();
    if (last != null) {
      Tensor parts = last.gainParts(gradients.last(), trained.decoder().config());
      follow(last.weight(), parts, gains);
      follow(LayerNames.biasOf(last.weight()), gradients.last(), biases);
    }
    if (trained.lmHead()) {
      for (int s = 0; s < slopes.length; s++) {
        int sample = s;
        LmHeadStep.Inputs inputs = trained.tiedHead() ? inputs(s, gradients.embedded()) : null;
        LmHeadStep step = LmHeadStep.of(labelled(hidden, s), dz[sample], inputs, direction);
        steps[s] = step;
        slopes[s] += step.slope();
      }
    }
  }

  private void follow(String name, Tensor parts, @Nullable Tensor[] vectors) {
    if (trained.weight(name)) {
      for (int s = 0; s < slopes.length; s++) {
        Tensor sum = labelled(parts, s).sum(new long[] {0}, true, new ScalarTypeOptional());
        Tensor step = direction.of(sum);
        vectors[s] = step;
        slopes[s] += LowRankStep.inner(sum, step).item_double();
      }
    }
  }

  private LmHeadStep.Inputs inputs(int s, Tensor embedded) {
    PackedBatch packed = batch.batch();
    int start = packed.starts()[s];
    int length = packed.length(s);
    int[] ids = Arrays.copyOfRange(packed.ids(), start, start + length);
    Tensor e = SquaredNorms.wide(embedded.narrow(0, start, length));
    return new LmHeadStep.Inputs(Tensors.ofInts(ids, Device.of(e)), e, null);
  }

  /** Adds h of each sample times its step to a tied embedding's rows, {@code [N, C]}, in place. */
  Tensor addEmbedding(Tensor y, double[] distances) {
    for (int s = 0; s < slopes.length; s++) {
      LmHeadStep step = steps[s];
      LmHeadStep.Inputs inputs = step == null ? null : step.inputs();
      if (step != null && inputs != null) {
        try (PointerScope scope = new PointerScope()) {
          y.narrow(0, batch.batch().starts()[s], inputs.ids().size(0))
              .add_(step.rows(inputs), new Scalar(distances[s]));
        }
      }
    }
    return y;
  }

  /** The same for the last norm's output, {@code [M, C]}. */
  Tensor addLastNorm(Tensor x, Tensor y, double[] distances) {
    Tensor normed = Norm.withoutGain(x, trained.decoder().config());
    for (int s = 0; s < slopes.length; s++) {
      try (PointerScope scope = new PointerScope()) {
        Scalar h = new Scalar(distances[s]);
        Tensor gain = gains[s];
        if (gain != null) {
          labelled(y, s).addcmul_(labelled(normed, s), gain, h);
        }
        Tensor bias = biases[s];
        if (bias != null) {
          labelled(y, s).add_(bias, h);
        }
      }
    }
    return y;
  }

  /** ℓ_t of every sample under its own head. */
  double[][] along(Tensor moved, double[] distances) {
    double[][] all = new double[slopes.length][];
    chunks(
        (first, last) -> {
          try (PointerScope scope = new PointerScope()) {
            Tensor h = moved.narrow(0, from(first), rows(first, last));
            Tensor z = torch.linear(h, head.weight());
            for (int s = first; s < last; s++) {
              LmHeadStep step = steps[s];
              if (step != null) {
                Tensor own = z.narrow(0, from(s) - from(first), rows(s, s + 1));
                step.addTo(own, labelled(moved, s), distances[s]);
              }
            }
            Tensor y = targets.narrow(0, from(first), rows(first, last));
            double[] found = Tensors.toDoubles(head.chunkOf(z, y).logProbs());
            for (int s = first; s < last; s++) {
              int at = from(s) - from(first);
              all[s] = Arrays.copyOfRange(found, at, at + rows(s, s + 1));
            }
          }
        });
    return all;
  }

  /** ℓ_t of sample s at θ. */
  double[] logProbs(int s) {
    return logProbs[s];
  }

  /** How fast its loss grows along these steps, in its gradient's unit. */
  double slope(int s) {
    return slopes[s];
  }

  private Tensor labelled(Tensor x, int s) {
    return SquaredNorms.wide(x.narrow(0, from(s), rows(s, s + 1)));
  }

  private int from(int s) {
    return batch.offsets()[s];
  }

  private int rows(int first, int last) {
    return from(last) - from(first);
  }
}
