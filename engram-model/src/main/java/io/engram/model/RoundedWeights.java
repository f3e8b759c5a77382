package io.engram.model;

import io.engram.core.EngramException;
import io.engram.model.tensor.TensorSource;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Weights in another number format; counts the numbers that it doesn't have. */
final class RoundedWeights implements TensorSource {
  private final TensorSource source;
  private final Dtype dtype;
  private long numbers;
  private long rounded;

  RoundedWeights(TensorSource source, Dtype dtype) {
    this.source = source;
    this.dtype = dtype;
  }

  /** Numbers that were asked for. */
  long numbers() {
    return numbers;
  }

  /** How many of them became others. */
  long rounded() {
    return rounded;
  }

  @Override
  public Map<String, long[]> shapes() {
    return source.shapes();
  }

  /**
   * The tensor in this format.
   *
   * @throws EngramException if a number is beyond the format's range
   */
  @Override
  public Tensor tensor(String name) {
    Tensor tensor = source.tensor(name);
    numbers += tensor.numel();
    if (Dtype.of(tensor) == dtype) {
      return tensor;
    }
    Tensor written = tensor.to(dtype.torch());
    try (PointerScope scope = new PointerScope()) {
      Tensor again = written.to(tensor.scalar_type());
      rounded += Tensors.toLongs(tensor.ne(again).sum())[0];
      if (!all(torch.isfinite(again)) && all(torch.isfinite(tensor))) {
        throw EngramException.usage(
            String.format(
                "%s: weight %s has numbers beyond its range.%nTake bfloat16 or float32.",
                dtype.configName(), name));
      }
    }
    return written;
  }

  private static boolean all(Tensor flags) {
    return flags.all().item_bool();
  }
}
