package io.engram.model.gradient;

import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of the outputs of all layers of a pass, from one run of autograd.
 *
 * @param layers the layers' inputs
 * @param embedded of the embedded tokens, {@code [N, C]}
 * @param positions of the position embedding's rows, {@code [N, C]}; null if there is none
 * @param norms of {@link RecordedLayers#norms}, in their order
 * @param linears of {@link RecordedLayers#linears}, in their order, {@code [N, out]} for each
 *     output
 * @param last of the hidden states, {@code [M, C]}
 */
record LayerGradients(
    RecordedLayers layers,
    Tensor embedded,
    @Nullable Tensor positions,
    List<Tensor> norms,
    List<List<Tensor>> linears,
    Tensor last) {
  /**
   * Runs autograd, which consumes the graph.
   *
   * @param embedded the leaf that the pass began with
   * @param hidden its output, {@code [M, C]}
   * @param dh its gradient
   */
  static LayerGradients of(RecordedLayers layers, Tensor embedded, Tensor hidden, Tensor dh) {
    List<Tensor> inputs = new ArrayList<>();
    inputs.add(embedded);
    Tensor rows = layers.positions();
    if (rows != null) {
      inputs.add(rows);
    }
    layers.norms().forEach(norm -> inputs.add(norm.y()));
    layers.linears().forEach(linears -> inputs.addAll(linears.outputs()));
    TensorVector found =
        torch.grad(
            new TensorVector(hidden),
            Tensors.vector(inputs),
            new TensorVector(dh),
            new BoolOptional(false),
            false,
            false);
    int next = 1;
    Tensor positions = rows == null ? null : found.get(next++);
    List<Tensor> norms = new ArrayList<>();
    for (int i = 0; i < layers.norms().size(); i++) {
      norms.add(found.get(next++));
    }
    List<List<Tensor>> linears = new ArrayList<>();
    for (RecordedLayers.Linears shared : layers.linears()) {
      List<Tensor> own = new ArrayList<>();
      for (int i = 0; i < shared.outputs().size(); i++) {
        own.add(found.get(next++));
      }
      linears.add(own);
    }
    return new LayerGradients(layers, found.get(0), positions, norms, linears, dh);
  }
}
