package io.engram.model.train;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Changes the trained weights by their gradients. Owns its state. */
interface Optimizer extends AutoCloseable {
  /** One update at this learning rate; gradients are left as they are. */
  void step(double learningRate);

  /** State tensors by name, for a checkpoint; borrowed. */
  Map<String, Tensor> state();

  /** Updates made before, as a checkpoint tells. */
  void restoreStep(long updates);

  @Override
  void close();
}
