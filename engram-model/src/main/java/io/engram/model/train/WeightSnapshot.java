package io.engram.model.train;

import io.engram.model.LanguageModel;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A copy of a model's weights, to restore after training and to measure how far they moved. An
 * adapter that the model has is merged into the weights first. Owns its copy; close it before the
 * model.
 */
public final class WeightSnapshot implements AutoCloseable {
  private final Parameters parameters;
  private final Map<String, Tensor> copies = new LinkedHashMap<>();

  /** Copies the weights as they are now. */
  public WeightSnapshot(LanguageModel model) {
    this(model, TrainingScope.all());
  }

  /**
   * Copies what training in a scope may change: all weights, or none where it trains adapters,
   * which {@link #restore} removes again.
   */
  public WeightSnapshot(LanguageModel model, TrainingScope scope) {
    parameters = model.decoder().parameters();
    NewAdapters.merge(parameters);
    try {
      for (String name : copiesWeights(scope) ? parameters.names() : List.<String>of()) {
        try (PointerScope temporary = new PointerScope()) {
          copies.put(name, Tensors.keep(parameters.get(name).detach().clone()));
        }
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Whether there is anything to copy. */
  public static boolean copiesWeights(TrainingScope scope) {
    return scope.lora() == null;
  }

  /** Restores the weights bit for bit and removes adapters; no trainer may be open. */
  public void restore() {
    parameters.clearAdapters();
    try (AutoGradMode off = new AutoGradMode(false)) {
      copies.forEach((name, copy) -> parameters.get(name).copy_(copy));
    }
  }

  /**
   * The mean of |θ − θ_0| over all parameters; adapters count by what they add to the weights,
   * before rounding to the weights' format.
   */
  public double meanAbsoluteChange() {
    double sum = 0;
    long count = 0;
    for (Map.Entry<String, Tensor> entry : copies.entrySet()) {
      try (PointerScope scope = new PointerScope();
          AutoGradMode off = new AutoGradMode(false)) {
        Tensor change = parameters.get(entry.getKey()).sub(entry.getValue());
        Tensor added = NewAdapters.added(parameters, entry.getKey());
        Tensor whole = added == null ? change : added.add(change);
        sum += whole.abs().sum().to(ScalarType.Double).item_double();
        count += entry.getValue().numel();
      }
    }
    return sum / count;
  }

  @Override
  public void close() {
    copies.values().forEach(Tensors::release);
    copies.clear();
  }
}
