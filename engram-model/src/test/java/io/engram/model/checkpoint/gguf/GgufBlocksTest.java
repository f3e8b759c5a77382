package io.engram.model.checkpoint.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.tensor.Tensors;
import io.engram.model.tensor.Torch;
import io.engram.testkit.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

/** Block formats by hand, and against llama.cpp's Python package. */
class GgufBlocksTest {
  private static final short ONE_AND_A_HALF = 0x3E00;
  private static final short MINUS_A_QUARTER = (short) 0xB400;

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Sixteen bytes: number i in the low half of byte i, number 16 + i in its high half. */
  private static byte[] pairs() {
    byte[] pairs = new byte[16];
    for (int i = 0; i < 16; i++) {
      pairs[i] = (byte) ((15 - i) << 4 | i);
    }
    return pairs;
  }

  private static float[] read(GgufType type, ByteBuffer block, int count) {
    float[] to = new float[count];
    assertThat(block.hasRemaining()).isFalse();
    assertThat(type.bytes(count)).isEqualTo(block.capacity());
    byte[] bytes = new byte[block.capacity()];
    block.flip().get(bytes);
    type.dequantize(bytes, to, count);
    return to;
  }

  @Test
  void fourBitsTimesScale() {
    float[] numbers = read(GgufType.Q4_0, buffer(18).putShort(ONE_AND_A_HALF).put(pairs()), 32);
    // Blocks.Numbers 0, 1, 15 hold q = 0, 1, 15; number 16 the high half of byte 0, 15: 1.5 (q -
    // 8).
    assertThat(numbers[0]).isEqualTo(-12f);
    assertThat(numbers[1]).isEqualTo(-10.5f);
    assertThat(numbers[8]).isEqualTo(0f);
    assertThat(numbers[15]).isEqualTo(10.5f);
    assertThat(numbers[16]).isEqualTo(10.5f);
    assertThat(numbers[31]).isEqualTo(-12f);
  }

  @Test
  void fourBitsTimesScalePlusOffset() {
    ByteBuffer block = buffer(20).putShort(ONE_AND_A_HALF).putShort(MINUS_A_QUARTER).put(pairs());
    float[] numbers = read(GgufType.Q4_1, block, 32);
    assertThat(numbers[0]).isEqualTo(-0.25f);
    assertThat(numbers[1]).isEqualTo(1.25f);
    assertThat(numbers[15]).isEqualTo(22.25f);
    assertThat(numbers[16]).isEqualTo(22.25f);
    assertThat(numbers[31]).isEqualTo(-0.25f);
  }

  @Test
  void aFifthBitLiesApart() {
    // Bits 0 and 31: numbers 0 and 31 have 16 more.
    ByteBuffer block = buffer(22).putShort(ONE_AND_A_HALF).putInt(0x80000001).put(pairs());
    float[] numbers = read(GgufType.Q5_0, block, 32);
    assertThat(numbers[0]).isEqualTo(0f);
    assertThat(numbers[1]).isEqualTo(-22.5f);
    assertThat(numbers[16]).isEqualTo(-1.5f);
    assertThat(numbers[31]).isEqualTo(0f);
    ByteBuffer offset = buffer(24).putShort(ONE_AND_A_HALF).putShort(MINUS_A_QUARTER);
    float[] moved = read(GgufType.Q5_1, offset.putInt(0x80000001).put(pairs()), 32);
    assertThat(moved[0]).isEqualTo(23.75f);
    assertThat(moved[1]).isEqualTo(1.25f);
    assertThat(moved[31]).isEqualTo(23.75f);
  }

  @Test
  void fourBitsForUnevenNumbers() {
    float[] numbers = read(GgufType.IQ4_NL, buffer(18).putShort(ONE_AND_A_HALF).put(pairs()), 32);
    assertThat(numbers[0]).isEqualTo(1.5f * -127);
    assertThat(numbers[15]).isEqualTo(1.5f * 113);
    assertThat(numbers[31]).isEqualTo(1.5f * -127);
  }

  /** d = 1.5, m = −0.25; group 1 has s = 5 and o = 3, group 4 s = 33 and o = 18 in two places. */
  @Test
  void groupsOfASuperBlockHaveScalesAndOffsets() {
    byte[] scales = new byte[12];
    scales[1] = 5;
    scales[5] = 3;
    scales[0] = (byte) 0x80;
    scales[4] = 0x40;
    scales[8] = 0x21;
    ByteBuffer block = buffer(144).putShort(ONE_AND_A_HALF).putShort(MINUS_A_QUARTER).put(scales);
    byte[] q = new byte[128];
    q[0] = 0x70;
    q[64] = 0x0A;
    float[] numbers = read(GgufType.Q4_K, block.put(q), 256);
    assertThat(numbers[0]).isEqualTo(0f);
    assertThat(numbers[32]).isEqualTo(1.5f * 5 * 7 + 0.25f * 3);
    assertThat(numbers[33]).isEqualTo(0.25f * 3);
    assertThat(numbers[128]).isEqualTo(1.5f * 33 * 10 + 0.25f * 18);
  }

  /** d = 1.5; group 5 has s = −2; number 80 has q = 9 and h = 3. */
  @Test
  void sixBitsOfASuperBlock() {
    ByteBuffer block = buffer(210);
    block.put(16, (byte) 0x90).put(128 + 16, (byte) 0x30).put(192 + 5, (byte) -2);
    block.putShort(208, ONE_AND_A_HALF).position(210);
    float[] numbers = read(GgufType.Q6_K, block, 256);
    assertThat(numbers[80]).isEqualTo(1.5f * -2 * (9 + 48 - 32));
    assertThat(numbers[81]).isEqualTo(1.5f * -2 * -32);
    assertThat(numbers[79]).isEqualTo(-0f);
  }

  @Test
  void eightBitsTimesScale() {
    ByteBuffer blocks = buffer(68);
    for (int block = 0; block < 2; block++) {
      blocks.putShort(block == 0 ? MINUS_A_QUARTER : ONE_AND_A_HALF);
      for (int i = 0; i < 32; i++) {
        blocks.put((byte) (i == 0 ? -128 : i));
      }
    }
    float[] numbers = read(GgufType.Q8_0, blocks, 64);
    assertThat(numbers[0]).isEqualTo(32f);
    assertThat(numbers[31]).isEqualTo(-7.75f);
    assertThat(numbers[32]).isEqualTo(-192f);
    assertThat(numbers[63]).isEqualTo(46.5f);
  }

  @Test
  void plainNumbers() {
    ByteBuffer floats = buffer(8).putFloat(-0.1f).putFloat(3e38f);
    assertThat(read(GgufType.F32, floats, 2)).containsExactly(-0.1f, 3e38f);
    ByteBuffer upper = buffer(4).putShort((short) 0x3F80).putShort((short) 0xC020);
    assertThat(read(GgufType.BF16, upper, 2)).containsExactly(1f, -2.5f);
    ByteBuffer halves = buffer(4).putShort((short) 0x7BFF).putShort((short) 0x8001);
    assertThat(read(GgufType.F16, halves, 2)).containsExactly(65504f, -0x1p-24f);
  }

  @Test
  void everyHalfPrecisionNumberIsWhatItsBitsSay() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      double sign = bits >= 1 << 15 ? -1 : 1;
      int exponent = bits / 1024 % 32;
      double fraction = bits % 1024 / 1024.0;
      double value =
          exponent == 0
              ? sign * Math.scalb(fraction, -14)
              : sign * Math.scalb(1 + fraction, exponent - 15);
      if (exponent == 31) {
        value = fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
      }
      assertThat(Float.floatToIntBits(Blocks.Numbers.half((short) bits)))
          .isEqualTo(Float.floatToIntBits((float) value));
    }
  }

  @Test
  void valuesEqualThoseOfTheGgufPackageBitForBit() {
    Torch.load();
    try (GgufFile file = new GgufFile(Golden.path("gguf/blocks.gguf"));
        SafetensorsFile expected = new SafetensorsFile(Golden.path("gguf/values.safetensors"));
        PointerScope scope = new PointerScope()) {
      assertThat(file.shapes().keySet())
          .containsExactlyInAnyOrderElementsOf(expected.shapes().keySet());
      for (String name : expected.shapes().keySet()) {
        assertThat(file.shapes().get(name)).as(name).isEqualTo(expected.shapes().get(name));
        double[] found = Tensors.toDoubles(file.tensor(name));
        // A float32 is one double and the other way round, −0 too, so equal doubles are equal bits.
        assertThat(bits(found)).as(name).isEqualTo(bits(Tensors.toDoubles(expected.tensor(name))));
      }
    }
  }

  private static long[] bits(double[] numbers) {
    return Arrays.stream(numbers).mapToLong(Double::doubleToRawLongBits).toArray();
  }
}
