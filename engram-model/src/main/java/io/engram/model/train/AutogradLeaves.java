package io.engram.model.train;

import io.engram.core.EngramException;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A model's weights as leaves of a separate autograd graph, to compute gradients of the trained
 * ones while the model is in training, without touching the weights' own gradients. Leaves share
 * the weights' memory; trained 16-bit weights are copied to float32, so that a small step isn't
 * lost.
 *
 * <p>{@link ScopedWeights} says what is trained. Gradients of embedding and head are summed into
 * buffers, as in {@link TrainedWeights}.
 */
final class AutogradLeaves implements AutoCloseable {
  private final Decoder decoder;
  private final Map<String, Tensor> inGraph = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();

  /**
   * The model's weights as they are now; the leaves belong to the running scope and to this object.
   *
   * @throws EngramException if the scope trains nothing
   */
  AutogradLeaves(Decoder model, TrainingScope scope) {
    ScopedWeights scoped = ScopedWeights.of(model, scope);
    Parameters stored = model.parameters();
    Parameters leaves = new Parameters();
    this.decoder = new Decoder(model.config(), leaves, model.device());
    for (String name : stored.names()) {
      boolean trained = scoped.weight(name);
      Tensor weight = stored.get(name).detach();
      leaves.put(name, trained ? wide(weight) : weight);
      if (trained) {
        train(name, leaves.get(name));
      }
    }
    stored
        .adapters()
        .forEach(
            (name, adapter) -> {
              Parameters.Adapter leaf =
                  new Parameters.Adapter(
                      adapter.a().detach(),
                      adapter.b().detach(),
                      adapter.scale(),
                      adapter.transposed());
              leaves.putAdapter(name, leaf);
              train(name + ".lora_A", leaf.a());
              train(name + ".lora_B", leaf.b());
            });
  }

  private void train(String name, Tensor leaf) {
    if (TrainedWeights.isOutsideAutograd(decoder, name)) {
      buffers.put(name, torch.zeros_like(leaf));
    } else {
      leaf.set_requires_grad(true);
      inGraph.put(name, leaf);
    }
  }

  private static Tensor wide(Tensor weight) {
    ScalarType type = weight.scalar_type().intern(); // native code returns a new object each time
    return type == ScalarType.Double ? weight : weight.to(ScalarType.Float);
  }

  /** The model over the leaves. */
  Decoder decoder() {
    return decoder;
  }

  /** Trained leaves that autograd knows, by name. */
  Map<String, Tensor> inGraph() {
    return inGraph;
  }

  /** The buffer of the embedding's gradient, or null if it isn't trained. */
  @Nullable Tensor embeddingGradient() {
    return buffers.get(decoder.config().names().embedding());
  }

  /** The buffer of the head's gradient; the embedding's, if they are one weight. */
  @Nullable Tensor headGradient() {
    return buffers.get(decoder.config().lmHeadName());
  }

  /** Gradients of all trained weights by name: the given ones and the buffers. */
  Map<String, Tensor> with(Map<String, Tensor> ofGraph) {
    Map<String, Tensor> all = new LinkedHashMap<>(buffers);
    all.putAll(ofGraph);
    return all;
  }

  /**
   * The model with other trained weights; those that aren't named stay unchanged.
   *
   * @return borrows the leaves' memory; close it before this
   */
  Parameters replaced(Map<String, Tensor> moved) {
    Parameters variant = new Parameters();
    Parameters leaves = decoder.parameters();
    for (String name : leaves.names()) {
      variant.put(name, moved.getOrDefault(name, leaves.get(name)));
    }
    leaves
        .adapters()
        .forEach(
            (name, adapter) ->
                variant.putAdapter(
                    name,
                    new Parameters.Adapter(
                        moved.getOrDefault(name + ".lora_A", adapter.a()),
                        moved.getOrDefault(name + ".lora_B", adapter.b()),
                        adapter.scale(),
                        adapter.transposed())));
    return variant;
  }

  /** The trained leaf of this name. */
  Tensor leaf(String name) {
    Tensor leaf = inGraph.get(name);
    return leaf == null ? decoder.parameters().get(name) : leaf;
  }

  /** The trained leaves in the order of {@link #inGraph}. */
  List<Tensor> leavesInGraph() {
    return new ArrayList<>(inGraph.values());
  }

  @Override
  public void close() {
    decoder.parameters().close();
  }
}
