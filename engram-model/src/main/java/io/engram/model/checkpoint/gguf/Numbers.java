package io.engram.model.checkpoint.gguf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian numbers of a GGUF file that stand for themselves, without blocks. */
final class Numbers {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private Numbers() {}

  /** The numbers themselves. */
  static void f32(byte[] from, float[] to, int count) {
    ByteBuffer.wrap(from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(to, 0, count);
  }

  /** Half precision: 5 bits of exponent, 10 of fraction. */
  static void f16(byte[] from, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = half(from, 2 * i);
    }
  }

  /** The upper 16 bits of a float32. */
  static void bf16(byte[] from, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] = Float.intBitsToFloat((short) SHORT.get(from, 2 * i) << 16);
    }
  }

  /** The half-precision number at a byte. */
  static float half(byte[] from, int at) {
    return half((short) SHORT.get(from, at));
  }

  /** A half-precision number; Java 17 has no conversion of its own. */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 31;
    int fraction = bits & 1023;
    if (exponent == 0) {
      float small = fraction * 0x1p-24f;
      return sign == 0 ? small : -small;
    }
    int wide = exponent == 31 ? 255 : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }
}
