package io.engram.model.train;

import io.engram.model.tensor.Tensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Changes trained weights by their gradients, all of them or a part. Owns its state. */
interface Optimizer extends AutoCloseable {
  /** One update at this learning rate; gradients stay unchanged. */
  void step(double learningRate);

  /** State tensors by name, for a checkpoint; borrowed. */
  Map<String, Tensor> state();

  /** Sets how many updates were made before, from a checkpoint. */
  void restoreStep(long updates);

  @Override
  void close();

  /**
   * Adam with decoupled weight decay (Loshchilov &amp; Hutter 2019), by libtorch's fused kernel:
   * one pass over weight, gradient and both moments.
   *
   * <p>m ← β₁m + (1−β₁)g; v ← β₂v + (1−β₂)g²; θ ← θ − η(m̂/(√v̂ + ε) + λθ).
   */
  static final class AdamW implements Optimizer {
    private final OptimizerSettings settings;
    private final TrainedWeights trained;
    private final List<String> names;
    private final Map<String, Tensor> firstMoments = new LinkedHashMap<>();
    private final Map<String, Tensor> secondMoments = new LinkedHashMap<>();
    private long updates;

    /** For the weights of these names. */
    AdamW(OptimizerSettings settings, TrainedWeights trained, List<String> names) {
      this.settings = settings;
      this.trained = trained;
      this.names = List.copyOf(names);
      try (PointerScope scope = new PointerScope()) {
        for (String name : names) {
          Tensor weight = trained.weight(name);
          firstMoments.put(name, Tensors.keep(torch.zeros_like(weight.detach())));
          secondMoments.put(name, Tensors.keep(torch.zeros_like(weight.detach())));
        }
      }
    }

    @Override
    public void step(double learningRate) {
      List<String> decayed = new ArrayList<>();
      List<String> undecayed = new ArrayList<>();
      for (String name : names) {
        (settings.decays(trained.weight(name).dim()) ? decayed : undecayed).add(name);
      }
      step(decayed, settings.weightDecay(), learningRate);
      step(undecayed, 0, learningRate);
      updates++;
    }

    private void step(List<String> alike, double decay, double learningRate) {
      if (alike.isEmpty()) {
        return;
      }
      try (PointerScope scope = new PointerScope()) {
        IValueVector arguments = new IValueVector();
        arguments.push_back(list(alike.stream().map(n -> trained.weight(n).detach()).toList()));
        arguments.push_back(list(alike.stream().map(trained::gradient).toList()));
        arguments.push_back(list(alike.stream().map(firstMoments::get).toList()));
        arguments.push_back(list(alike.stream().map(secondMoments::get).toList()));
        arguments.push_back(list(List.of()));
        // The kernel reads the number of the update, counted from 1, from each of these.
        arguments.push_back(list(alike.stream().map(n -> number(updates + 1)).toList()));
        arguments.push_back(new IValue(learningRate));
        arguments.push_back(new IValue(settings.beta1()));
        arguments.push_back(new IValue(settings.beta2()));
        arguments.push_back(new IValue(decay));
        arguments.push_back(new IValue(settings.epsilon()));
        arguments.push_back(new IValue(false));
        arguments.push_back(new IValue(false));
        arguments.push_back(new IValue());
        arguments.push_back(new IValue());
        OperatorHandle kernel = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
        kernel.callBoxed(arguments);
      }
    }

    private Tensor number(long value) {
      Tensor number = torch.zeros(new long[] {}, Tensors.options(ScalarType.Float));
      return Tensors.to(number.fill_(new Scalar((double) value)), trained.device());
    }

    private static OperatorHandle kernel() {
      return Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
    }

    private static IValue list(List<Tensor> tensors) {
      GenericList list =
          new GenericList(kernel().schema().arguments().type().get().containedType(0));
      tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
      return new IValue(list);
    }

    @Override
    public Map<String, Tensor> state() {
      Map<String, Tensor> state = new LinkedHashMap<>();
      firstMoments.forEach((name, tensor) -> state.put("first_moment." + name, tensor));
      secondMoments.forEach((name, tensor) -> state.put("second_moment." + name, tensor));
      return state;
    }

    @Override
    public void restoreStep(long made) {
      updates = made;
    }

    @Override
    public void close() {
      firstMoments.values().forEach(Tensors::release);
      secondMoments.values().forEach(Tensors::release);
      firstMoments.clear();
      secondMoments.clear();
    }
  }

  /**
   * Stochastic gradient descent: g ← g + λθ; b ← μb + g (b ← g the first time); θ ← θ − ηb; without
   * momentum θ ← θ − ηg.
   */
  static final class Sgd implements Optimizer {
    private final OptimizerSettings settings;
    private final TrainedWeights trained;
    private final List<String> names;
    private final Map<String, Tensor> momenta = new LinkedHashMap<>();

    /** For the weights of these names. */
    Sgd(OptimizerSettings settings, TrainedWeights trained, List<String> names) {
      this.settings = settings;
      this.trained = trained;
      this.names = List.copyOf(names);
      if (settings.momentum() != 0) {
        try (PointerScope scope = new PointerScope()) {
          for (String name : names) {
            Tensor weight = trained.weight(name);
            momenta.put(name, Tensors.keep(torch.zeros_like(weight.detach())));
          }
        }
      }
    }

    @Override
    public void step(double learningRate) {
      for (String name : names) {
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
}
