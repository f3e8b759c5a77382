package io.engram.model.tensor;

import io.engram.core.random.Philox;
import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Standard normal numbers for whole tensors from a named random stream, by Box–Muller in float32:
 * {@code √(−2 ln u) · (cos 2πv, sin 2πv)}. The i-th number depends on the stream and i alone, not
 * on threads or blocks, and the device only receives them. |z| reaches 5.8.
 */
public final class GaussianNoise {
  /** Numbers made at once; a multiple of 8. */
  private static final int BLOCK = 1 << 19;

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
    Tensor flat = noise.view(-1);
    long size = flat.numel();
    for (long from = 0; from < size; from += BLOCK) {
      int count = (int) Math.min(BLOCK, size - from);
      try (PointerScope scope = new PointerScope()) {
        flat.narrow(0, from, count).copy_(block(stream.key(), from, count));
      }
    }
    return Tensors.to(noise, Device.of(like));
  }

  /**
   * A row of ε for each stream.
   *
   * @return float32 {@code [streams, count]} on the device; belongs to the running scope
   */
  public static Tensor rows(List<RandomStream> streams, long count, Device device) {
    long[] keys = streams.stream().mapToLong(RandomStream::key).toArray();
    long[] shape = {keys.length, count};
    Tensor all = Tensors.to(torch.empty(shape, Tensors.options(ScalarType.Float), null), device);
    int most = (int) Math.max(1, BLOCK / Math.max(1, count));
    for (int first = 0; first < keys.length; first += most) {
      long[] some = Arrays.copyOfRange(keys, first, Math.min(first + most, keys.length));
      for (long from = 0; from < count; from += BLOCK) {
        int length = (int) Math.min(BLOCK, count - from);
        try (PointerScope scope = new PointerScope()) {
          all.narrow(0, first, some.length)
              .narrow(1, from, length)
              .copy_(blocks(some, from, length));
        }
      }
    }
    return all;
  }

  /** Numbers from .. from + count of the stream; belongs to the running scope. */
  static Tensor block(long key, long from, int count) {
    return blocks(new long[] {key}, from, count).view(-1);
  }

  /** Numbers from .. from + count of each stream, {@code [keys, count]}. */
  private static Tensor blocks(long[] keys, long from, int count) {
    int pairs = (count + 7) / 8 * 4;
    Tensor bits = bits(keys, from / 4, 2 * pairs).bitwise_right_shift(new Scalar(8));
    // 24 random bits give u in (0, 1] exactly in float32.
    Tensor uniform =
        bits.bitwise_and_(new Scalar(0xFFFFFF)).add_(new Scalar(1)).to(ScalarType.Float);
    uniform.mul_(new Scalar(1.0 / (1 << 24)));
    Tensor radius = uniform.narrow(1, 0, pairs).log().mul_(new Scalar(-2.0)).sqrt_();
    Tensor angle = uniform.narrow(1, pairs, pairs).mul(new Scalar(2 * Math.PI));
    Tensor cos = angle.cos().mul_(radius);
    Tensor sin = angle.sin().mul_(radius);
    return torch.cat(new org.bytedeco.pytorch.TensorVector(cos, sin), 1).narrow(1, 0, count);
  }

  /** {@code count} words of each key, from this counter on: int32 {@code [keys, count]}. */
  private static Tensor bits(long[] keys, long counter, int count) {
    int own = count / Philox.BLOCK;
    int blocks = keys.length * own;
    int[] random = new int[keys.length * count];
    int tasks = Math.min(blocks, Math.max(1, Runtime.getRuntime().availableProcessors()));
    IntStream.range(0, tasks)
        .parallel()
        .forEach(
            task -> {
              int block = (int) ((long) blocks * task / tasks);
              int last = (int) ((long) blocks * (task + 1) / tasks);
              while (block < last) {
                int within = block % own;
                int some = Math.min(last - block, own - within);
                Philox.fill(
                    keys[block / own], counter + within, random, Philox.BLOCK * block, some);
                block += some;
              }
            });
    long[] shape = {keys.length, count};
    Tensor tensor = torch.empty(shape, Tensors.options(ScalarType.Int), null);
    new IntPointer(tensor.data_ptr()).capacity(random.length).asBuffer().put(random);
    return tensor;
  }
}
