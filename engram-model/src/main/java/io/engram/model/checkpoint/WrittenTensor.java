package io.engram.model.checkpoint;

import io.engram.model.tensor.TensorSource;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor to be written to a file: its shape is known for the header, its numbers are made when
 * their turn comes, so that a changed copy of a whole model never exists.
 *
 * @param dtype number format in the file
 * @param numbers gives the tensor, in any format; it may belong to the running scope
 */
record WrittenTensor(long[] shape, Dtype dtype, Supplier<Tensor> numbers) {
  /** Tensors that are there. */
  static Map<String, WrittenTensor> all(Map<String, Tensor> tensors, @Nullable Dtype dtype) {
    Map<String, WrittenTensor> written = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) ->
            written.put(
                name,
                new WrittenTensor(
                    Tensors.shape(tensor),
                    dtype == null ? Dtype.of(tensor) : dtype,
                    () -> tensor)));
    return written;
  }

  /** Tensors that are made. */
  static Map<String, WrittenTensor> all(TensorSource source, Dtype dtype) {
    Map<String, WrittenTensor> written = new LinkedHashMap<>();
    source
        .shapes()
        .forEach(
            (name, shape) ->
                written.put(name, new WrittenTensor(shape, dtype, () -> source.tensor(name))));
    return written;
  }

  /** How many numbers it has. */
  long count() {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }

  /** How many bytes they take in the file. */
  long bytes() {
    return count() * dtype.sizeBytes();
  }
}
