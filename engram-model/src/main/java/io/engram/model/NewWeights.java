package io.engram.model;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.LayerNames;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The weights of an untrained model, initialised as by transformers. */
final class NewWeights {
  private NewWeights() {}

  /**
   * Draws matrices from N(0, initializer_range²), each from the stream's child of its number.
   * Biases are 0 and gains change nothing. Some families use a smaller deviation at the end of a
   * residual branch.
   */
  static Parameters draw(DecoderConfig config, Dtype dtype, Device device, RandomStream stream) {
    Parameters parameters = new Parameters();
    int number = 0;
    for (Map.Entry<String, long[]> entry : WeightNames.shapes(config).entrySet()) {
      try (PointerScope scope = new PointerScope()) {
        Tensor tensor = zeros(entry.getKey(), entry.getValue());
        if (entry.getValue().length == 2) {
          double range = config.initializerRange() * width(config, entry.getKey());
          GaussianNoise.add(tensor, stream.child(number), range);
        } else if (entry.getKey().endsWith(".weight")) {
          tensor.fill_(new Scalar(config.norm().neutral()));
        }
        parameters.put(entry.getKey(), Tensors.to(tensor, device).to(dtype.torch()));
      }
      number++;
    }
    return parameters;
  }

  private static double width(DecoderConfig config, String weight) {
    LayerNames parts = config.names().parts();
    boolean ends =
        weight.endsWith("." + parts.output() + ".weight")
            || weight.endsWith("." + parts.down() + ".weight");
    return ends ? config.structure().newOutputs() : 1;
  }

  private static Tensor zeros(String name, long[] shape) {
    try {
      return torch.zeros(shape, Tensors.options(ScalarType.Float));
    } catch (RuntimeException e) {
      throw EngramException.resources(
          "No memory for the new weight "
              + name
              + " of shape "
              + Arrays.toString(shape)
              + ".\nGive the model a smaller shape in its config.json.",
          e);
    }
  }
}
