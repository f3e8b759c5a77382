package io.engram.model.tensor;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Named tensors, each created on request. */
public interface TensorSource {
  /** Names of the tensors, in their order, with their shapes. */
  Map<String, long[]> shapes();

  /** The tensor of this name; belongs to the running scope. */
  Tensor tensor(String name);
}
