package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Number formats of a GGUF file that can be read: how many numbers a block has, how many bytes it
 * takes and how it becomes float32.
 */
enum GgufType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  IQ4_NL(20, 32, 18),
  BF16(30, 1, 2);

  /** Names of those that can't be read, for messages. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(9, "Q8_1"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(23, "IQ4_XS"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(39, "MXFP4"),
          Map.entry(40, "NVFP4"),
          Map.entry(41, "Q1_0"));

  private final int code;
  private final int blockNumbers;
  private final int blockBytes;

  GgufType(int code, int blockNumbers, int blockBytes) {
    this.code = code;
    this.blockNumbers = blockNumbers;
    this.blockBytes = blockBytes;
  }

  /** Blocks.Numbers in a block. */
  int blockNumbers() {
    return blockNumbers;
  }

  /** Whether numbers were rounded to whole multiples of a scale. */
  boolean quantized() {
    return blockNumbers > 1;
  }

  /** Bytes of this many numbers, a whole number of blocks. */
  long bytes(long numbers) {
    return numbers / blockNumbers * blockBytes;
  }

  /**
   * The first {@code count} numbers, a whole number of blocks, of the little-endian {@code from} as
   * float32 into {@code to}.
   */
  void dequantize(byte[] from, float[] to, int count) {
    switch (this) {
      case F32 -> Blocks.Numbers.f32(from, to, count);
      case F16 -> Blocks.Numbers.f16(from, to, count);
      case BF16 -> Blocks.Numbers.bf16(from, to, count);
      case Q4_0 -> Blocks.q40(from, to, count);
      case Q4_1 -> Blocks.q41(from, to, count);
      case Q5_0 -> Blocks.q50(from, to, count);
      case Q5_1 -> Blocks.q51(from, to, count);
      case Q8_0 -> Blocks.q80(from, to, count);
      case IQ4_NL -> Blocks.iq4nl(from, to, count);
      case Q2_K -> SuperBlocks.q2k(from, to, count);
      case Q3_K -> SuperBlocks.q3k(from, to, count);
      case Q4_K -> SuperBlocks.q4k(from, to, count);
      case Q5_K -> SuperBlocks.q5k(from, to, count);
      case Q6_K -> SuperBlocks.q6k(from, to, count);
    }
  }

  /**
   * The format with this code; {@code where} names the tensor.
   *
   * @throws EngramException naming the format if it can't be read
   */
  static GgufType of(int code, String where) {
    return Arrays.stream(values())
        .filter(t -> t.code == code)
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.file(
                    String.format(
                        "%s has the number format %s; %s can be read.%nTake this model's file in"
                            + " one of these, Q8_0 or Q4_K_M for instance.",
                        where,
                        OTHERS.getOrDefault(code, "number " + Integer.toUnsignedString(code)),
                        Arrays.stream(values())
                            .map(Enum::name)
                            .collect(Collectors.joining(", ")))));
  }

  /** Converts a tensor's blocks to float32, each core working on its own part. */
  static final class Dequantization {
    /** Blocks.Numbers at once: a multiple of every block, small enough for a core's cache. */
    private static final int CHUNK = 1 << 16;

    private static final int PARTS_PER_PROCESSOR = 4;

    private Dequantization() {}

    /** Where the numbers go; called from several threads, for different numbers. */
    interface Target {
      /** Takes the first {@code count} of {@code numbers} as those from {@code begin} on. */
      void put(long begin, float[] numbers, int count);
    }

    /**
     * Reads {@code count} numbers, a whole number of blocks, from byte {@code from} of the file on.
     *
     * @throws IOException if the file can't be read or ends before
     */
    static void read(FileChannel file, long from, GgufType type, long count, Target to)
        throws IOException {
      long chunks = (count + CHUNK - 1) / CHUNK;
      int most = PARTS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
      int parts = (int) Math.min(chunks, most);
      try {
        IntStream.range(0, parts)
            .parallel()
            .forEach(
                part -> {
                  long begin = chunks * part / parts * CHUNK;
                  long end = Math.min(count, chunks * (part + 1) / parts * CHUNK);
                  readPart(file, from, type, begin, end, to);
                });
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }

    private static void readPart(
        FileChannel file, long from, GgufType type, long begin, long end, Target to) {
      float[] numbers = new float[(int) Math.min(CHUNK, end - begin)];
      byte[] bytes = new byte[(int) type.bytes(numbers.length)];
      for (long done = begin; done < end; done += numbers.length) {
        int count = (int) Math.min(numbers.length, end - done);
        ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, (int) type.bytes(count));
        fill(file, from + type.bytes(done), buffer);
        type.dequantize(bytes, numbers, count);
        to.put(done, numbers, count);
      }
    }

    private static void fill(FileChannel file, long at, ByteBuffer bytes) {
      try {
        while (bytes.hasRemaining()) {
          if (file.read(bytes, at + bytes.position()) < 0) {
            throw new EOFException("it became shorter while it was read");
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
