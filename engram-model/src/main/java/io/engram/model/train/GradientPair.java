package io.engram.model.train;

import io.engram.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A gradient set aside while another is summed. Owns the first. */
final class GradientPair implements AutoCloseable {
  private final TrainedWeights trained;
  private final Map<String, Tensor> aside = new LinkedHashMap<>();

  GradientPair(TrainedWeights trained) {
    this.trained = trained;
    for (String name : trained.names()) {
      try (PointerScope scope = new PointerScope()) {
        aside.put(name, Tensors.keep(torch.zeros_like(trained.weight(name).detach())));
      }
    }
  }

  /** Takes the gradient summed so far and leaves zero. */
  void setAside() {
    try (AutoGradMode off = new AutoGradMode(false)) {
      aside.forEach(
          (name, own) -> {
            try (PointerScope scope = new PointerScope()) {
              own.copy_(trained.gradient(name));
            }
          });
      trained.zeroGradients();
    }
  }

  /** Puts the gradient set aside, g_F, and the one summed since, g_R, together. */
  void combine(GradientRule rule) {
    try (AutoGradMode off = new AutoGradMode(false)) {
      GradientRule.Coefficients c = rule.at(products());
      aside.forEach(
          (name, own) -> {
            try (PointerScope scope = new PointerScope()) {
              trained.gradient(name).mul_(new Scalar(c.retain())).add_(own, new Scalar(c.forget()));
            }
          });
    }
  }

  private GradientRule.Products products() {
    double forget = 0;
    double retain = 0;
    double between = 0;
    for (Map.Entry<String, Tensor> entry : aside.entrySet()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor gradient = trained.gradient(entry.getKey());
        forget += inner(entry.getValue(), entry.getValue());
        retain += inner(gradient, gradient);
        between += inner(entry.getValue(), gradient);
      }
    }
    return new GradientRule.Products(forget, retain, between);
  }

  private static double inner(Tensor a, Tensor b) {
    return a.mul(b).sum().to(ScalarType.Double).item_double();
  }

  @Override
  public void close() {
    aside.values().forEach(Tensors::release);
    aside.clear();
  }
}
