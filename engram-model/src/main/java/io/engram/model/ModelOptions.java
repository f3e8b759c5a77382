package io.engram.model;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import org.jspecify.annotations.Nullable;

/**
 * How to open a model.
 *
 * @param device where its weights go
 * @param dtype number format of its weights; null: float32 below 1B parameters on a CPU, otherwise
 *     the file's own
 * @param template how questions and answers become text; null: the model's own chat template
 * @param base the base model of an adapter folder; null: the one its configuration names
 * @param threads threads per tensor operation; 0: libtorch's choice
 * @param batchTokens maximum tokens in a forward pass
 * @param initialize draw new weights from config.json's initializer_range instead of reading them
 * @param seed of those weights
 */
public record ModelOptions(
    Device device,
    @Nullable Dtype dtype,
    @Nullable PromptTemplate template,
    @Nullable String base,
    int threads,
    int batchTokens,
    boolean initialize,
    long seed) {
  /** On the CPU, with automatic settings and the plain template. */
  public static ModelOptions defaults() {
    return new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, null, 0, 4096, false, 42);
  }

  /** The same with another template. */
  public ModelOptions withTemplate(@Nullable PromptTemplate other) {
    return new ModelOptions(device, dtype, other, base, threads, batchTokens, initialize, seed);
  }
}
