package io.engram.model.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A file of named tensors; what it holds is checked before a tensor is asked for. */
public interface TensorFile extends AutoCloseable {
  /** The file. */
  Path path();

  /** Names of the tensors, in the order of the file's header, with their shapes. */
  Map<String, long[]> shapes();

  /** The tensor of this name; belongs to the running scope and lives on after this is closed. */
  Tensor tensor(String name);

  @Override
  void close();
}
