package io.engram.model.train;

import io.engram.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The line from the trained weights as they were to where a step has brought them. Owns a copy. */
final class WeightLine implements AutoCloseable {
  private final TrainedWeights trained;
  private final Map<String, Tensor> start = new LinkedHashMap<>();
  private double at = 1;

  /** Begins at the weights as they are now; the step comes next. */
  WeightLine(TrainedWeights trained) {
    this.trained = trained;
    for (String name : trained.names()) {
      try (PointerScope scope = new PointerScope()) {
        start.put(name, Tensors.keep(trained.weight(name).detach().clone()));
      }
    }
  }

  /** Sets the weights to start + s · step. */
  void to(double s) {
    double ratio = s / at;
    try (AutoGradMode off = new AutoGradMode(false)) {
      start.forEach(
          (name, origin) -> {
            try (PointerScope scope = new PointerScope()) {
              Tensor weight = trained.weight(name).detach();
              weight.sub_(origin).mul_(new Scalar(ratio)).add_(origin);
            }
          });
    }
    at = s;
  }

  @Override
  public void close() {
    start.values().forEach(Tensors::release);
    start.clear();
  }
}
