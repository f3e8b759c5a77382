package io.engram.model.tensor;

import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;

/** A file of named tensors, whose contents are checked before any tensor is read. */
public interface TensorFile extends TensorSource, AutoCloseable {
  /** The file. */
  Path path();

  /** The tensor of this name; belongs to the running scope and outlives this file. */
  @Override
  Tensor tensor(String name);

  @Override
  void close();
}
