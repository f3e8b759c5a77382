package io.engram.model.train;

import io.engram.core.random.RandomStream;
import io.engram.model.decoder.Decoder;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Puts new low-rank adapters on the linear layers that a scope targets, initialised as by PEFT. */
final class NewAdapters {
  private NewAdapters() {}

  /** A ~ U(−1/√in, 1/√in) from the stream's child of the layer's number, B = 0. */
  static void put(
      Decoder decoder, TrainingScope scope, TrainingScope.Lora lora, RandomStream stream) {
    Parameters parameters = decoder.parameters();
    int number = 0;
    for (String name : parameters.names()) {
      if (lora.isTarget(name)
          && isLinear(decoder, name)
          && scope.includes(decoder.config().names(), name)) {
        try (PointerScope inner = new PointerScope()) {
          Tensor weight = parameters.get(name);
          boolean transposed = decoder.config().structure().transposed();
          long in = weight.size(transposed ? 0 : 1);
          long out = weight.size(transposed ? 1 : 0);
          parameters.putAdapter(
              name,
              new Parameters.Adapter(
                  uniform(lora.rank(), in, stream.child(number), decoder.device()),
                  Tensors.to(
                      torch.zeros(new long[] {out, lora.rank()}, Tensors.options(ScalarType.Float)),
                      decoder.device()),
                  lora.alpha() / lora.rank(),
                  transposed));
        }
      }
      number++;
    }
  }

  /** Whether a weight is the matrix of a linear layer in a decoder layer. */
  static boolean isLinear(Decoder decoder, String name) {
    return decoder.config().names().layerOf(name).isPresent()
        && decoder.parameters().get(name).dim() == 2;
  }

  private static Tensor uniform(int rank, long in, RandomStream stream, Device device) {
    float[] values = new float[Math.toIntExact(rank * in)];
    double bound = 1 / Math.sqrt((double) in);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) ((2 * stream.nextDouble() - 1) * bound);
    }
    Tensor tensor = torch.empty(new long[] {rank, in}, Tensors.options(ScalarType.Float), null);
    new FloatPointer(tensor.data_ptr()).capacity(values.length).asBuffer().put(values);
    return Tensors.to(tensor, device);
  }

  /** Merges the adapters into their weights and removes them. */
  static void merge(Parameters parameters) {
    for (String name : parameters.adapters().keySet()) {
      try (PointerScope scope = new PointerScope()) {
        parameters.put(name, merged(parameters, name));
      }
    }
    parameters.clearAdapters();
  }

  /** The weight, merged with its adapter if it has one; belongs to the running scope. */
  static Tensor merged(Parameters parameters, String name) {
    Tensor weight = parameters.get(name).detach();
    Tensor added = added(parameters, name);
    return added == null ? weight : weight.add(added.to(weight.scalar_type()));
  }

  /** What the weight's adapter adds to it, float32, or null; belongs to the running scope. */
  static @Nullable Tensor added(Parameters parameters, String name) {
    Parameters.Adapter adapter = parameters.adapter(name);
    return adapter == null ? null : adapter.added();
  }
}
