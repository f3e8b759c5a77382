package io.engram.model.tensor;

import io.engram.core.random.Philox;
import io.engram.core.random.RandomStream;
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

  /** Numbers from .. from + count of the stream; belongs to the running scope. */
  static Tensor block(long key, long from, int count) {
    int pairs = (count + 7) / 8 * 4;
    Tensor bits = bits(key, from / 4, 2 * pairs).bitwise_right_shift(new Scalar(8));
    // 24 random bits give u in (0, 1] exactly in float32.
    Tensor uniform =
        bits.bitwise_and_(new Scalar(0xFFFFFF)).add_(new Scalar(1)).to(ScalarType.Float);
    uniform.mul_(new Scalar(1.0 / (1 << 24)));
    Tensor radius = uniform.narrow(0, 0, pairs).log().mul_(new Scalar(-2.0)).sqrt_();
    Tensor angle = uniform.narrow(0, pairs, pairs).mul(new Scalar(2 * Math.PI));
    Tensor cos = angle.cos().mul_(radius);
    Tensor sin = angle.sin().mul_(radius);
    return torch.cat(new org.bytedeco.pytorch.TensorVector(cos, sin), 0).narrow(0, 0, count);
  }

  private static Tensor bits(long key, long counter, int count) {
    int blocks = count / 4;
    int[] random = new int[count];
    int tasks = Math.min(blocks, Math.max(1, Runtime.getRuntime().availableProcessors()));
    IntStream.range(0, tasks)
        .parallel()
        .forEach(
            task -> {
              int first = (int) ((long) blocks * task / tasks);
              int last = (int) ((long) blocks * (task + 1) / tasks);
              Philox.fill(key, counter + first, random, 4 * first, last - first);
            });
    Tensor tensor = torch.empty(new long[] {count}, Tensors.options(ScalarType.Int), null);
    new IntPointer(tensor.data_ptr()).capacity(count).asBuffer().put(random);
    return tensor;
  }
}
