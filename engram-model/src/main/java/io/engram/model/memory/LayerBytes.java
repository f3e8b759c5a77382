package io.engram.model.memory;

import io.engram.core.recipe.ScopeSection;
import io.engram.model.decoder.DecoderConfig;
import io.engram.model.tensor.Dtype;
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
  long adapters(ScopeSection scope, Map<String, long[]> layer) {
    long w = dtype.sizeBytes();
    return layer.entrySet().stream()
        .filter(weight -> isTarget(scope, weight.getKey()))
        .mapToLong(
            weight -> {
              long out = weight.getValue()[0];
              long in = weight.getValue()[1];
              return 4 * (in + scope.rank() + 2 * out) + 2 * w * out;
            })
        .sum();
  }

  /** Whether a matrix of a layer has an adapter, by the last part of its name. */
  static boolean isTarget(ScopeSection scope, String weight) {
    String module = weight.replaceFirst("\\.weight$", "");
    return scope.train() == ScopeSection.Train.LORA
        && (scope.targets().contains("all-linear")
            || scope.targets().contains(module.substring(module.lastIndexOf('.') + 1)));
  }

  /**
   * What the backward pass of a layer has beside what the forward pass left: gradients of the MLP's
   * three wide tensors and of attention's, each until it's used.
   */
  long backward() {
    return forward() / 2;
  }
}
