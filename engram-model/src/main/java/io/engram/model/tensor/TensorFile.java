package io.engram.model.tensor;

import java.nio.file.Path;
import org.bytedeco.pytorch.Tensor;

/** A file of named tensors; what it holds is checked before a tensor is asked for. */
public interface TensorFile extends TensorSource, AutoCloseable {
  /** The file. */
  Path path();

  /** The tensor of this name; belongs to the running scope and lives on after this is closed. */
  @Override
  Tensor tensor(String name);

  @Override
  void close();
}
