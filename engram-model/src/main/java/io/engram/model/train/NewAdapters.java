package io.engram.model.train;

import io.engram.core.random.RandomStream;
import io.engram.core.recipe.ScopeSection;
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

/** Puts new low-rank adapters on the linear layers that a recipe targets, as PEFT starts them. */
final class NewAdapters {
  /** The target that stands for every linear layer but the output head, as in PEFT. */
  static final String ALL = "all-linear";

  private NewAdapters() {}

  /** A ~ U(−1/√in, 1/√in) from the stream's child of the layer's number, B = 0. */
  static void put(Decoder decoder, ScopeSection scope, RandomStream stream) {
    Parameters parameters = decoder.parameters();
    int number = 0;
    for (String name : parameters.names()) {
      if (isTarget(decoder, scope, name)) {
        try (PointerScope inner = new PointerScope()) {
          Tensor weight = parameters.get(name);
          boolean transposed = decoder.config().structure().transposed();
          long in = weight.size(transposed ? 0 : 1);
          long out = weight.size(transposed ? 1 : 0);
          parameters.putAdapter(
              name,
              new Parameters.Adapter(
                  uniform(scope.rank(), in, stream.child(number), decoder.device()),
                  Tensors.to(
                      torch.zeros(
                          new long[] {out, scope.rank()},
                          Tensors.options(ScalarType.Float)),
                      decoder.device()),
                  scope.alpha() / scope.rank(),
                  transposed));
        }
      }
      number++;
    }
  }

  private static boolean isTarget(Decoder decoder, ScopeSection scope, String name) {
    boolean named = scope.targets().contains(target(name)) || scope.targets().contains(ALL);
    return named
        && decoder.config().names().layerOf(name).isPresent()
        && decoder.parameters().get(name).dim() == 2
        && TrainedWeights.inLayers(decoder, name, scope.layers());
  }

  /** The name by which a recipe targets a layer: the last part before ".weight". */
  static String target(String weight) {
    String module = weight.replaceFirst("\\.weight$", "");
    return module.substring(module.lastIndexOf('.') + 1);
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

  /** Adds what adapters do to the weights they sit on, and takes them off. */
  static void merge(Parameters parameters) {
    for (String name : parameters.adapters().keySet()) {
      try (PointerScope scope = new PointerScope()) {
        parameters.put(name, merged(parameters, name));
      }
    }
    parameters.clearAdapters();
  }

  /** The weight with what its adapter adds, where it has one; belongs to the running scope. */
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
