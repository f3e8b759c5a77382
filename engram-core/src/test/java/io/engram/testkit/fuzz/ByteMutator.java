package io.engram.testkit.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Damages bytes: flips, lies in whole numbers, cuts, ranges that are inserted, repeated or moved.
 *
 * @param valid the whole file
 * @param header how many of its first bytes most of the damage falls on
 */
public record ByteMutator(byte[] valid, int header) implements Fuzz.Variants {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    8,
    Byte.MAX_VALUE,
    Short.MAX_VALUE,
    Integer.MAX_VALUE,
    1L << 31,
    1L << 32,
    1L << 53,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  @Override
  public byte[] next(SplittableRandom random) {
    byte[] bytes = valid;
    for (int left = 1 + random.nextInt(3); left > 0; left--) {
      bytes = damaged(bytes, random);
    }
    return bytes;
  }

  private byte[] damaged(byte[] bytes, SplittableRandom random) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int hot = Math.max(1, Math.min(header, bytes.length));
    int at = random.nextInt(random.nextInt(8) == 0 ? bytes.length : hot);
    int end = Math.min(bytes.length, at + 1 + random.nextInt(64));
    byte[] range = Arrays.copyOfRange(bytes, at, end);
    return switch (random.nextInt(10)) {
      case 0 -> overwritten(bytes, at, new byte[] {(byte) (bytes[at] ^ (1 << random.nextInt(8)))});
      case 1 -> overwritten(bytes, at, new byte[] {(byte) random.nextInt()});
      case 2, 3 -> overwritten(bytes, at, number(random, Integer.BYTES));
      case 4, 5 -> overwritten(bytes, at, number(random, Long.BYTES));
      case 6 -> Arrays.copyOf(bytes, random.nextBoolean() ? at : random.nextInt(bytes.length));
      case 7 -> replaced(bytes, random.nextInt(bytes.length), 0, range);
      case 8 -> replaced(bytes, at, range.length, new byte[0]);
      default ->
          replaced(bytes, at, 0, new byte[random.nextInt(random.nextInt(20) == 0 ? 1 << 16 : 16)]);
    };
  }

  private static byte[] number(SplittableRandom random, int size) {
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
    return Arrays.copyOf(bytes, size);
  }

  private static byte[] overwritten(byte[] bytes, int at, byte[] by) {
    byte[] result = bytes.clone();
    System.arraycopy(by, 0, result, at, Math.min(by.length, result.length - at));
    return result;
  }

  /** With {@code by} in the place of {@code length} bytes. */
  private static byte[] replaced(byte[] bytes, int at, int length, byte[] by) {
    ByteArrayOutputStream result = new ByteArrayOutputStream();
    result.write(bytes, 0, at);
    result.writeBytes(by);
    result.write(bytes, at + length, bytes.length - at - length);
    return result.toByteArray();
  }
}
