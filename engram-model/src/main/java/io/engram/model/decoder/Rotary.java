package io.engram.model.decoder;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary position embedding (Su et al. 2021) in the half-split layout of Hugging Face models: pair
 * i of a head is (x_i, x_{i+D/2}) and turns by the angle {@code position · θ^(−2i/D)}.
 *
 * @param cos {@code [N, 1, D]} for the rows of one batch
 * @param sin {@code [N, 1, D]}, the first half negated, so that one rotation is {@code x·cos +
 *     swap(x)·sin} with swap exchanging the halves
 */
record Rotary(Tensor cos, Tensor sin) {
  /** Angles for these positions; frequencies are rounded to float32 first, as transformers does. */
  static Rotary at(int[] positions, DecoderConfig config, ScalarType type, Device device) {
    int dim = config.headDim();
    int half = dim / 2;
    float[] frequency = new float[half];
    for (int i = 0; i < half; i++) {
      frequency[i] = (float) (1.0 / Math.pow(config.ropeTheta(), 2.0 * i / dim));
    }
    float[] cos = new float[positions.length * dim];
    float[] sin = new float[positions.length * dim];
    for (int row = 0; row < positions.length; row++) {
      for (int i = 0; i < half; i++) {
        double angle = positions[row] * frequency[i];
        int at = row * dim + i;
        cos[at] = (float) Math.cos(angle);
        cos[at + half] = cos[at];
        sin[at] = (float) -Math.sin(angle);
        sin[at + half] = -sin[at];
      }
    }
    long[] shape = {positions.length, 1, dim};
    return new Rotary(tensor(cos, shape, type, device), tensor(sin, shape, type, device));
  }

  /** Turns {@code x [N, heads, D]}. */
  Tensor apply(Tensor x) {
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
