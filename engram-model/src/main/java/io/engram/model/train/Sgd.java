package io.engram.model.train;

import io.engram.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Stochastic gradient descent: g ← g + λθ; b ← μb + g (b ← g the first time); θ ← θ − ηb; without
 * momentum θ ← θ − ηg.
 */
final class Sgd implements Optimizer {
  private final OptimizerSettings settings;
  private final TrainedWeights trained;
  private final Map<String, Tensor> momenta = new LinkedHashMap<>();

  Sgd(OptimizerSettings settings, TrainedWeights trained) {
    this.settings = settings;
    this.trained = trained;
    if (settings.momentum() != 0) {
      try (PointerScope scope = new PointerScope()) {
        for (String name : trained.names()) {
          Tensor weight = trained.weight(name);
          momenta.put(
              name, Tensors.keep(org.bytedeco.pytorch.global.torch.zeros_like(weight.detach())));
        }
      }
    }
  }

  @Override
  public void step(double learningRate) {
    for (String name : trained.names()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor weight = trained.weight(name).detach();
        Tensor direction = trained.gradient(name);
        if (settings.weightDecay() != 0 && settings.decays(weight.dim())) {
          direction = direction.add(weight, new Scalar(settings.weightDecay()));
        }
        Tensor momentum = momenta.get(name);
        if (momentum != null) {
          direction = momentum.mul_(new Scalar(settings.momentum())).add_(direction);
        }
        weight.add_(direction, new Scalar(-learningRate));
      }
    }
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    momenta.forEach((name, tensor) -> state.put("momentum." + name, tensor));
    return state;
  }

  @Override
  public void restoreStep(long made) {}

  @Override
  public void close() {
    momenta.values().forEach(Tensors::release);
    momenta.clear();
  }
}
