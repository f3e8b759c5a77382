package io.engram.model.tensor;

import io.engram.core.random.Philox;
import io.engram.core.random.RandomStream;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Random signs ±1 with equal chances (Rademacher) for whole tensors from a named stream. */
public final class RandomSigns {
  private static final int WORD_BITS = 32;

  private RandomSigns() {}

  /**
   * Signs of this shape; number i is bit i of the stream's words, whatever the device.
   *
   * @param stream provides the key; it doesn't advance
   * @return belongs to the running scope
   */
  public static Tensor draw(RandomStream stream, long[] shape, ScalarType type, Device device) {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    int blocks =
        Math.toIntExact((count + Philox.BLOCK * WORD_BITS - 1) / (Philox.BLOCK * WORD_BITS));
    int[] words = new int[Philox.BLOCK * blocks];
    Philox.fill(stream.key(), 0, words, 0, blocks);
    Tensor onCpu = torch.empty(new long[] {words.length, 1}, Tensors.options(ScalarType.Int), null);
    if (words.length > 0) {
      new IntPointer(onCpu.data_ptr()).capacity(words.length).asBuffer().put(words);
    }
    Tensor shifts = torch.arange(new Scalar(WORD_BITS), Tensors.options(ScalarType.Int));
    Tensor bits =
        Tensors.to(onCpu, device)
            .bitwise_right_shift(Tensors.to(shifts, device))
            .bitwise_and_(new Scalar(1));
    Tensor signs = bits.to(type).mul_(new Scalar(2.0)).sub_(new Scalar(1.0));
    return signs.view(-1).narrow(0, 0, count).view(shape);
  }
}
