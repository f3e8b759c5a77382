package io.engram.model;

import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.TensorSource;
import io.engram.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;

/** A model's weights, each W, or W + scale · B A where an adapter sits on it. */
record MergedWeights(Parameters parameters) implements TensorSource {
  @Override
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (String name : parameters.names()) {
      shapes.put(name, Tensors.shape(parameters.get(name)));
    }
    return shapes;
  }

  @Override
  public Tensor tensor(String name) {
    Parameters.Adapter adapter = parameters.adapter(name);
    if (adapter == null) {
      return parameters.get(name);
    }
    return Tensors.scoped(
        () -> {
          try (AutoGradMode off = new AutoGradMode(false)) {
            Tensor wide = parameters.get(name).to(adapter.a().scalar_type());
            return wide.add(adapter.added());
          }
        });
  }
}
