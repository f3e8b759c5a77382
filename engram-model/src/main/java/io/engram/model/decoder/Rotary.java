package io.engram.model.decoder;

import io.engram.model.decoder.config.DecoderConfig;
import io.engram.model.decoder.config.RotarySettings;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary position embedding (Su et al. 2021) in the half-split layout of Hugging Face models: pair
 * i of a head is (x_i, x_{i+d/2}) and is rotated by the angle {@code position · f_i}; numbers from
 * d on stay unchanged.
 *
 * @param cos {@code [N, 1, d]} for the rows of one batch
 * @param sin {@code [N, 1, d]}, the first half negated, so that one rotation is {@code x·cos +
 *     swap(x)·sin} with swap exchanging the halves
 */
record Rotary(Tensor cos, Tensor sin) {
  /**
   * Angles for these positions; frequencies are rounded to float32 first, as transformers does.
   *
   * @param lengths how many tokens the sequence of each position has
   */
  static Rotary at(
      int[] positions, int[] lengths, RotarySettings settings, ScalarType type, Device device) {
    int dim = settings.dim();
    int half = dim / 2;
    double factor = settings.scaling().attentionFactor();
    int limit = settings.scaling().switchLength();
    float[] within = settings.frequencies(1);
    float[] beyond = limit == Integer.MAX_VALUE ? within : settings.frequencies(limit + 1);
    float[] cos = new float[positions.length * dim];
    float[] sin = new float[positions.length * dim];
    for (int row = 0; row < positions.length; row++) {
      float[] frequency = lengths[row] > limit ? beyond : within;
      for (int i = 0; i < half; i++) {
        double angle = positions[row] * frequency[i];
        int at = row * dim + i;
        cos[at] = (float) (Math.cos(angle) * factor);
        cos[at + half] = cos[at];
        sin[at] = (float) (-Math.sin(angle) * factor);
        sin[at + half] = -sin[at];
      }
    }
    long[] shape = {positions.length, 1, dim};
    return new Rotary(tensor(cos, shape, type, device), tensor(sin, shape, type, device));
  }

  /** One for each of the model's settings. */
  static List<Rotary> all(
      DecoderConfig config, int[] positions, int[] lengths, ScalarType type, Device device) {
    return config.rotaries().stream()
        .map(settings -> at(positions, lengths, settings, type, device))
        .toList();
  }

  /** Rotates {@code x [N, heads, D]}. */
  Tensor apply(Tensor x) {
    long dim = cos.size(2);
    long left = x.size(2) - dim;
    if (left == 0) {
      return turned(x);
    }
    TensorVector parts = x.split_with_sizes(new long[] {dim, left}, 2);
    return torch.cat(new TensorVector(turned(parts.get(0)), parts.get(1)), 2);
  }

  private Tensor turned(Tensor x) {
    long half = x.size(2) / 2;
    TensorVector halves = x.split_with_sizes(new long[] {half, half}, 2);
    Tensor swapped = torch.cat(new TensorVector(halves.get(1), halves.get(0)), 2);
    return x.mul(cos).add(swapped.mul(sin));
  }

  private static Tensor tensor(float[] values, long[] shape, ScalarType type, Device device) {
    Tensor onCpu = torch.empty(shape, Tensors.options(ScalarType.Float), null);
    new FloatPointer(onCpu.data_ptr()).capacity(values.length).asBuffer().put(values);
    return Tensors.to(onCpu, device).to(type);
  }
}
