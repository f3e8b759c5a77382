package io.engram.model.gradient;

import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Norm;
import io.engram.model.decoder.PackedBatch;
import io.engram.model.tensor.Tensors;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Every parameter's part of the squared norms, from the gradients of the layers' outputs. */
final class BackwardNorms {
  private final Decoder decoder;
  private final SampleBlocks blocks;
  private final HeadNorms head;

  /** Adds to {@code blocks} and {@code head}. */
  BackwardNorms(Decoder decoder, SampleBlocks blocks, HeadNorms head) {
    this.decoder = decoder;
    this.blocks = blocks;
    this.head = head;
  }

  /** Adds all parts. */
  void add(PackedBatch batch, LayerGradients gradients) {
    Tensor e = gradients.embedded();
    blocks.addEmbedding(Tensors.ofInts(batch.ids(), decoder.device()), e);
    if (decoder.config().tiedHead()) {
      head.addTied(e);
    }
    if (gradients.positions() != null) {
      blocks.addPositions(gradients.positions());
    }
    RecordedLayers layers = gradients.layers();
    for (int i = 0; i < layers.norms().size(); i++) {
      addNorm(layers.norms().get(i), gradients.norms().get(i), blocks::addVector);
    }
    if (layers.last() != null) {
      addNorm(layers.last(), gradients.last(), head::addVector);
    }
    for (int i = 0; i < layers.linears().size(); i++) {
      addLinears(layers.linears().get(i), gradients.linears().get(i));
    }
  }

  private void addNorm(RecordedLayers.Norm norm, Tensor g, Consumer<Tensor> sums) {
    try (PointerScope scope = new PointerScope()) {
      sums.accept(norm.gainParts(g, decoder.config()));
      if (decoder.parameters().find(Norm.biasOf(norm.weight())) != null) {
        sums.accept(SampleBlocks.wide(g));
      }
    }
  }

  /** Layers of one input count as one layer whose outputs lie side by side. */
  private void addLinears(RecordedLayers.Linears linears, List<Tensor> gradients) {
    try (PointerScope scope = new PointerScope()) {
      for (int i = 0; i < gradients.size(); i++) {
        if (decoder.parameters().find(linears.prefixes().get(i) + ".bias") != null) {
          blocks.addVector(gradients.get(i));
        }
      }
      Tensor[] side = gradients.toArray(new Tensor[0]);
      blocks.addWeight(linears.x(), torch.cat(new TensorVector(side), 1));
    }
  }
}
