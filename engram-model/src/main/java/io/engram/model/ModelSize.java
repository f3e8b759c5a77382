package io.engram.model;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Dtype;
import java.util.Arrays;
import java.util.Map;

/**
 * The properties of a model that decide how much memory it takes.
 *
 * @param dtype number format that it's computed in
 * @param mapped whether its weights are mapped from the file instead of copied
 * @param adapted how many numbers the weights under its adapter have; 0: no adapter
 * @param merged whether the adapter is merged when the model is opened; otherwise only for training
 */
public record ModelSize(
    DecoderConfig config, Dtype dtype, boolean mapped, long adapted, boolean merged) {
  /** How many numbers the weights have. */
  public long parameters() {
    return shapes().values().stream().mapToLong(ModelSize::numbers).sum();
  }

  /** The same in another number format, for which the weights are copied. */
  public ModelSize in(Dtype other) {
    return new ModelSize(config, other, mapped && other == dtype, adapted, merged);
  }

  /** Of each weight, by name. */
  public Map<String, long[]> shapes() {
    return WeightNames.shapes(config);
  }

  /** How many numbers a tensor of this shape has. */
  public static long numbers(long[] shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }
}
