package io.engram.model.tensor;

import io.engram.core.random.BoxMuller;
import io.engram.core.random.Philox;
import io.engram.core.random.RandomStream;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Standard normal numbers for whole tensors from a named random stream ({@link BoxMuller}). The
 * i-th number depends on the stream and i alone, not on threads, sizes or the device, which only
 * stores them.
 */
public final class GaussianNoise {
  /**
   * How many numbers a thread makes at a time: few enough for its cache, and a multiple of a Philox
   * block.
   */
  private static final int CHUNK = 1 << 13;

  private GaussianNoise() {}

  /** {@code target += scale · ε}, in place. */
  public static void add(Tensor target, RandomStream stream, double scale) {
    try (PointerScope scope = new PointerScope()) {
      target.add_(like(target, stream), new Scalar(scale));
    }
  }

  /** ε from the stream, float32, in the shape and on the device of {@code like}. */
  public static Tensor like(Tensor like, RandomStream stream) {
    Tensor noise = torch.empty(Tensors.shape(like), Tensors.options(ScalarType.Float), null);
    fill(noise, new long[] {stream.key()});
    return Tensors.to(noise, Device.of(like));
  }

  /**
   * One row of ε per stream.
   *
   * @return float32 {@code [streams, count]} on the device; belongs to the running scope
   */
  public static Tensor rows(List<RandomStream> streams, long count, Device device) {
    long[] shape = {streams.size(), count};
    Tensor noise = torch.empty(shape, Tensors.options(ScalarType.Float), null);
    fill(noise, streams.stream().mapToLong(RandomStream::key).toArray());
    return Tensors.to(noise, device);
  }

  /** Makes one row of the tensor from each key, in chunks that any thread may make. */
  private static void fill(Tensor noise, long[] keys) {
    if (noise.numel() == 0) {
      return;
    }
    FloatPointer numbers = new FloatPointer(noise.data_ptr());
    long row = noise.numel() / keys.length;
    long chunks = (row + CHUNK - 1) / CHUNK;
    LongStream.range(0, keys.length * chunks)
        .parallel()
        .forEach(
            chunk -> {
              int key = (int) (chunk / chunks);
              long from = chunk % chunks * CHUNK;
              int count = (int) Math.min(CHUNK, row - from);
              float[] made = chunk(keys[key], from, count);
              new FloatPointer(numbers).position(key * row + from).put(made, 0, count);
            });
  }

  /** Numbers from .. from + count of a key, and up to three more. */
  private static float[] chunk(long key, long from, int count) {
    int blocks = (count + Philox.BLOCK - 1) / Philox.BLOCK;
    float[] numbers = new float[Philox.BLOCK * blocks];
    BoxMuller.fill(key, from / Philox.BLOCK, numbers, new int[numbers.length], blocks);
    return numbers;
  }
}
