package io.engram.model.train;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The weights that a scope trains, and their gradients.
 *
 * <p>Embedding and head are kept out of autograd, which would make a dense {@code [V, C]} for every
 * micro-batch; their gradients are summed into buffers here.
 */
final class TrainedWeights implements AutoCloseable {
  private static final String ADAPTER_B = ".lora_B";

  private final Decoder decoder;
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();

  TrainedWeights(Decoder decoder, TrainingScope scope, RandomStream stream) {
    this.decoder = decoder;
    TrainingScope.Lora lora = scope.lora();
    if (lora != null) {
      NewAdapters.put(decoder, scope, lora, stream);
      decoder
          .parameters()
          .adapters()
          .forEach(
              (name, adapter) -> {
                weights.put(name + ".lora_A", adapter.a());
                weights.put(name + ADAPTER_B, adapter.b());
              });
    } else {
      for (String name : decoder.parameters().names()) {
        if (scope.includes(decoder.config().names(), name)) {
          weights.put(name, decoder.parameters().get(name));
        }
      }
    }
    if (weights.isEmpty()) {
      throw EngramException.usage(
          "No weight is trained with"
              + (lora == null ? "" : " targets " + lora.targets() + " and")
              + " layers "
              + scope.layers()
              + "; the model has layers 0 to "
              + (decoder.config().layers() - 1)
              + " with the linear layers "
              + String.join(", ", linears())
              + ".");
    }
    if (lora != null) {
      requireTargets(lora.targets());
    }
    weights.forEach(this::prepare);
  }

  /** A target that doesn't exist would otherwise be ignored silently. */
  private void requireTargets(List<String> targets) {
    for (String target : targets) {
      if (!target.equals(TrainingScope.Lora.ALL_LINEAR) && !linears().contains(target)) {
        throw EngramException.usage(
            "No weight is trained with targets "
                + targets
                + ": "
                + target
                + " isn't a linear layer of this model's layers; those are "
                + String.join(", ", linears())
                + ", and "
                + TrainingScope.Lora.ALL_LINEAR
                + " stands for all of them.");
      }
    }
  }

  /** The names of the linear layers within a layer. */
  private Set<String> linears() {
    Set<String> linears = new LinkedHashSet<>();
    for (String name : decoder.parameters().names()) {
      if (NewAdapters.isLinear(decoder, name)) {
        linears.add(TrainingScope.Lora.target(name));
      }
    }
    return linears;
  }

  private void prepare(String name, Tensor weight) {
    if (isOutsideAutograd(decoder, name)) {
      try (PointerScope scope = new PointerScope()) {
        buffers.put(name, Tensors.keep(torch.zeros_like(weight)));
      }
    } else {
      weight.set_requires_grad(true);
    }
  }

  static boolean isOutsideAutograd(Decoder decoder, String name) {
    WeightNames names = decoder.config().names();
    return name.equals(names.embedding()) || name.equals(names.ownHead());
  }

  /** Names, in order. */
  List<String> names() {
    return new ArrayList<>(weights.keySet());
  }

  /** The weight; borrowed. */
  Tensor weight(String name) {
    Tensor weight = weights.get(name);
    if (weight == null) {
      throw new IllegalArgumentException(name + " is not trained");
    }
    return weight;
  }

  /** All weights by name; borrowed. */
  Map<String, Tensor> all() {
    return weights;
  }

  /** The summed gradient, zero to begin with; changes to it stay. */
  Tensor gradient(String name) {
    Tensor buffer = buffers.get(name);
    if (buffer != null) {
      return buffer;
    }
    Tensor weight = weight(name);
    if (!weight.grad().defined()) {
      weight.mutable_grad().put(torch.zeros_like(weight.detach()));
    }
    return weight.grad();
  }

  /** The embedding's gradient buffer, or null if it isn't trained. */
  @Nullable Tensor embeddingGradient() {
    return buffers.get(decoder.config().names().embedding());
  }

  /** The head's gradient buffer (the embedding's, where tied), or null if it isn't trained. */
  @Nullable Tensor headGradient() {
    return buffers.get(decoder.config().lmHeadName());
  }

  /** The first layer with a trained weight; 0 if the embedding is trained too. */
  int lowestLayer() {
    return weights.keySet().stream()
        .mapToInt(name -> decoder.config().names().layerOf(name).orElse(0))
        .min()
        .orElse(0);
  }

  /** See {@link Trainer#scaleChange}. */
  void scaleChange(@Nullable Parameters origin, double share) {
    for (Map.Entry<String, Tensor> entry : weights.entrySet()) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Tensor weight = entry.getValue().detach();
        Scalar scale = new Scalar(share);
        if (origin != null) {
          Tensor start = NewAdapters.merged(origin, entry.getKey()).to(ScalarType.Float);
          weight.copy_(weight.to(ScalarType.Float).sub(start).mul_(scale).add_(start));
        } else if (entry.getKey().endsWith(ADAPTER_B)) {
          weight.mul_(scale);
        }
      }
    }
  }

  /** Sets all gradients to zero without freeing their memory. */
  void zeroGradients() {
    for (String name : weights.keySet()) {
      try (PointerScope scope = new PointerScope()) {
        gradient(name).zero_();
      }
    }
  }

  Device device() {
    return decoder.device();
  }

  Parameters parameters() {
    return decoder.parameters();
  }

  @Override
  public void close() {
    try (PointerScope scope = new PointerScope()) {
      for (Map.Entry<String, Tensor> entry : weights.entrySet()) {
        if (!isOutsideAutograd(decoder, entry.getKey())) {
          entry.getValue().mutable_grad().reset();
          entry.getValue().set_requires_grad(false);
        }
      }
    }
    buffers.values().forEach(Tensors::release);
    buffers.clear();
  }
}
