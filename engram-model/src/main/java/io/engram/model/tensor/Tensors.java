package io.engram.model.tensor;

import java.nio.LongBuffer;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Converts between Java arrays and tensors. A returned tensor belongs to the running {@code
 * PointerScope} unless it is {@link #keep kept}.
 */
public final class Tensors {
  private Tensors() {}

  /** Takes the tensor out of the running scope; the caller must {@link #release} it. */
  public static Tensor keep(Tensor tensor) {
    return tensor.retainReference();
  }

  /** Frees a kept tensor. */
  public static void release(Tensor tensor) {
    tensor.releaseReference();
  }

  /**
   * Runs {@code body} in its own scope, so that its temporaries are freed right away. The result
   * belongs to the enclosing scope, or to the caller if there is none.
   */
  public static Tensor scoped(Supplier<Tensor> body) {
    PointerScope outer = PointerScope.getInnerScope();
    Tensor result;
    try (PointerScope inner = new PointerScope()) {
      result = keep(body.get());
    }
    if (outer != null) {
      outer.attach(result);
      release(result);
    }
    return result;
  }

  /** {@code [n]} int64 on the device. */
  public static Tensor ofLongs(long[] values, Device device) {
    Tensor onCpu = torch.empty(new long[] {values.length}, options(ScalarType.Long), null);
    if (values.length > 0) {
      LongBuffer buffer = new LongPointer(onCpu.data_ptr()).capacity(values.length).asBuffer();
      buffer.put(values);
    }
    return to(onCpu, device);
  }

  /** {@code [n]} int64 on the device. */
  public static Tensor ofInts(int[] values, Device device) {
    long[] longs = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      longs[i] = values[i];
    }
    return ofLongs(longs, device);
  }

  /** {@code [n]} float64 on the device. */
  public static Tensor ofDoubles(double[] values, Device device) {
    Tensor onCpu = torch.empty(new long[] {values.length}, options(ScalarType.Double), null);
    if (values.length > 0) {
      new DoublePointer(onCpu.data_ptr()).capacity(values.length).asBuffer().put(values);
    }
    return to(onCpu, device);
  }

  /** All numbers of the tensor, row by row, as doubles. */
  public static double[] toDoubles(Tensor tensor) {
    Tensor plain = tensor.detach().cpu().to(ScalarType.Double).contiguous();
    double[] values = new double[(int) plain.numel()];
    if (values.length > 0) {
      new DoublePointer(plain.data_ptr()).capacity(values.length).asBuffer().get(values);
    }
    return values;
  }

  /** All numbers of an int64 tensor, row by row. */
  public static long[] toLongs(Tensor tensor) {
    Tensor plain = tensor.detach().cpu().contiguous();
    long[] values = new long[(int) plain.numel()];
    if (values.length > 0) {
      new LongPointer(plain.data_ptr()).capacity(values.length).asBuffer().get(values);
    }
    return values;
  }

  /** The same numbers on the device. */
  public static Tensor to(Tensor tensor, Device device) {
    return device.isCpu() && !tensor.is_cuda()
        ? tensor
        : tensor.to(device.torch(), tensor.scalar_type());
  }

  /** Options for a new tensor of this number format on the processor. */
  public static TensorOptions options(ScalarType type) {
    return new TensorOptions(type);
  }

  /** A list as libtorch takes it. */
  public static TensorVector vector(List<Tensor> tensors) {
    return new TensorVector(tensors.toArray(new Tensor[0]));
  }

  /** The tensor's sizes. */
  public static long[] shape(Tensor tensor) {
    long[] shape = new long[(int) tensor.dim()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = tensor.size(i);
    }
    return shape;
  }

  /**
   * ‖x‖₂. Squares of float32 numbers above 1.8e19 overflow; such a norm is taken in float64.
   *
   * @return infinite or NaN only if an element is
   */
  public static double norm(Tensor tensor) {
    try (PointerScope scope = new PointerScope()) {
      double norm = tensor.norm().to(ScalarType.Double).item_double();
      return Double.isInfinite(norm) ? tensor.to(ScalarType.Double).norm().item_double() : norm;
    }
  }
}
