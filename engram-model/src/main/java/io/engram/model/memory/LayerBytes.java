package io.engram.model.memory;

import io.engram.model.decoder.DecoderConfig;
import io.engram.model.tensor.Dtype;
import io.engram.model.train.TrainingScope;
import java.util.Map;

/**
 * Bytes a token takes in one layer, from what the decoder computes there: all of a layer's tensors
 * live until it's done, or with gradients until the pass is.
 *
 * <p>With C hidden, Q and K the widths of queries and keys, I that of the MLP and w bytes a number:
 * two norms, two outputs and two sums {@code 6wC}; projection and rotation of queries and keys
 * {@code 5w(Q + K)}; values {@code wK}; attention's result and its copy in order of tokens {@code
 * 2wQ}; the MLP's gate, activation, up and product {@code 4wI}. In 16 bits attention is computed on
 * float32 copies, {@code 4(2Q + 2K)} more.
 */
record LayerBytes(DecoderConfig config, Dtype dtype) {
  /** Of the forward pass. */
  long forward() {
    long w = dtype.sizeBytes();
    long q = config.shape().queryWidth();
    long k = config.shape().keyWidth();
    long all =
        w * (6L * config.hiddenSize() + 5 * (q + k) + k + 2 * q + 4L * config.intermediateSize());
    return w < 4 ? all + 4 * (2 * q + 2 * k) : all;
  }

  /** What an adapter's float32 path adds to the forward pass, by the shapes it sits on. */
  long adapters(TrainingScope scope, Map<String, long[]> layer) {
    TrainingScope.Lora lora = scope.lora();
    if (lora == null) {
      return 0;
    }
    long w = dtype.sizeBytes();
    return layer.entrySet().stream()
        .filter(weight -> lora.isTarget(weight.getKey()))
        .mapToLong(
            weight -> {
              boolean transposed = config.structure().transposed();
              long out = weight.getValue()[transposed ? 1 : 0];
              long in = weight.getValue()[transposed ? 0 : 1];
              return 4 * (in + lora.rank() + 2 * out) + 2 * w * out;
            })
        .sum();
  }

  /**
   * What the backward pass of a layer has beside what the forward pass left: gradients of the MLP's
   * three wide tensors and of attention's, each until it's used.
   */
  long backward() {
    return forward() / 2;
  }
}
