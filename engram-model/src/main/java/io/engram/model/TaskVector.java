package io.engram.model;

import io.engram.core.EngramException;
import io.engram.model.tensor.TensorSource;
import io.engram.model.tensor.Tensors;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model's weights less what a fine-tuning taught it: {@code θ − α (θ_tuned − θ)}, in float32. If
 * the fine-tuning was on what is to be forgotten, this unlearns it. Weights that the fine-tuning
 * left alone stay as they are, bit for bit.
 *
 * <p><b>Source:</b> Ilharco et al. 2023, "Editing Models with Task Arithmetic": forgetting by
 * negation.
 *
 * @param own θ
 * @param tuned θ_tuned
 * @param alpha α
 */
record TaskVector(TensorSource own, TensorSource tuned, double alpha) implements TensorSource {
  /**
   * Checks that both have the same weights.
   *
   * @param model what θ is called in messages
   * @param other what θ_tuned is called
   * @throws EngramException naming a weight that differs
   */
  void requireAlike(String model, String other) {
    Map<String, long[]> ours = own.shapes();
    Map<String, long[]> theirs = tuned.shapes();
    Set<String> names = new LinkedHashSet<>(ours.keySet());
    names.addAll(theirs.keySet());
    for (String name : names) {
      if (!Arrays.equals(ours.get(name), theirs.get(name))) {
        throw EngramException.usage(
            "--negate %s wasn't fine-tuned from %s: %s has shape %s there and %s here."
                .formatted(other, model, name, shape(theirs, name), shape(ours, name)));
      }
    }
  }

  private static String shape(Map<String, long[]> shapes, String name) {
    long[] shape = shapes.get(name);
    return shape == null ? "none" : Arrays.toString(shape);
  }

  @Override
  public Map<String, long[]> shapes() {
    return own.shapes();
  }

  @Override
  public Tensor tensor(String name) {
    return Tensors.scoped(
        () -> {
          try (AutoGradMode off = new AutoGradMode(false)) {
            Tensor weight = own.tensor(name).to(ScalarType.Float);
            Tensor learned = tuned.tensor(name).to(ScalarType.Float).sub(weight);
            return weight.sub(learned.mul(new Scalar(alpha)));
          }
        });
  }
}
