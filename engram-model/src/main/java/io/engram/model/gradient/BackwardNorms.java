package io.engram.model.gradient;

import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Norm;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** From the gradient of the hidden states to every parameter's part of the squared norms. */
final class BackwardNorms {
  private final Decoder decoder;
  private final RecordedLayers layers;
  private final SampleBlocks blocks;
  private final HeadNorms head;

  /** Adds to {@code blocks} and {@code head} what the recorded layers have. */
  BackwardNorms(Decoder decoder, RecordedLayers layers, SampleBlocks blocks, HeadNorms head) {
    this.decoder = decoder;
    this.layers = layers;
    this.blocks = blocks;
    this.head = head;
  }

  /**
   * Runs autograd once and adds all parts.
   *
   * @param embedded {@code [N, C]}, the leaf that the pass began with
   * @param hidden {@code [M, C]}, what it ended with
   * @param dh its gradient, {@code [M, C]}
   */
  void add(PackedBatch batch, Tensor embedded, Tensor hidden, Tensor dh) {
    List<Tensor> inputs = new ArrayList<>();
    inputs.add(embedded);
    Tensor positions = layers.positions();
    if (positions != null) {
      inputs.add(positions);
    }
    layers.norms().forEach(norm -> inputs.add(norm.y()));
    layers.linears().forEach(linears -> inputs.addAll(linears.outputs()));
    TensorVector gradients =
        torch.grad(
            new TensorVector(hidden),
            Tensors.vector(inputs),
            new TensorVector(dh),
            new BoolOptional(false),
            false,
            false);
    Tensor e = gradients.get(0);
    blocks.addEmbedding(Tensors.ofInts(batch.ids(), decoder.device()), e);
    if (decoder.config().tiedHead()) {
      head.addTied(e);
    }
    int next = 1;
    if (positions != null) {
      blocks.addPositions(gradients.get(next++));
    }
    for (RecordedLayers.Norm norm : layers.norms()) {
      addNorm(norm, gradients.get(next++), blocks::addVector);
    }
    if (layers.last() != null) {
      addNorm(layers.last(), dh, head::addVector);
    }
    for (RecordedLayers.Linears linears : layers.linears()) {
      next = addLinears(linears, gradients, next);
    }
  }

  private void addNorm(RecordedLayers.Norm norm, Tensor g, Consumer<Tensor> sums) {
    try (PointerScope scope = new PointerScope()) {
      sums.accept(gainParts(norm, g));
      if (decoder.parameters().find(Norm.biasOf(norm.weight())) != null) {
        sums.accept(SampleBlocks.wide(g));
      }
    }
  }

  /** Layers of one input count as one layer whose outputs lie side by side. */
  private int addLinears(RecordedLayers.Linears linears, TensorVector gradients, int first) {
    Parameters parameters = decoder.parameters();
    int count = linears.prefixes().size();
    try (PointerScope scope = new PointerScope()) {
      Tensor[] own = new Tensor[count];
      for (int i = 0; i < count; i++) {
        own[i] = gradients.get(first + i);
        if (parameters.find(linears.prefixes().get(i) + ".bias") != null) {
          blocks.addVector(own[i]);
        }
      }
      blocks.addWeight(linears.x(), torch.cat(new TensorVector(own), 1));
    }
    return first + count;
  }

  /**
   * {@code g ⊙ x̂}, x̂ the normed x: what each row adds to the gain's gradient; where heads share a
   * gain, their sum.
   */
  private Tensor gainParts(RecordedLayers.Norm norm, Tensor g) {
    Tensor normed = Norm.withoutGain(SampleBlocks.wide(norm.x()), decoder.config());
    Tensor parts = normed.mul_(SampleBlocks.wide(g));
    return parts.dim() == 3 ? parts.sum(1) : parts;
  }
}
