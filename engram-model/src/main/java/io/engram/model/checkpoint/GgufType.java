package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Number formats of a GGUF file that can be read: how many numbers a block has and how long it is.
 */
enum GgufType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q8_0(8, 32, 34),
  BF16(30, 1, 2);

  /** Names of those that can't be read, for messages. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(6, "Q5_0"),
          Map.entry(7, "Q5_1"),
          Map.entry(9, "Q8_1"),
          Map.entry(10, "Q2_K"),
          Map.entry(11, "Q3_K"),
          Map.entry(12, "Q4_K"),
          Map.entry(13, "Q5_K"),
          Map.entry(14, "Q6_K"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(20, "IQ4_NL"),
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
          Map.entry(39, "MXFP4"));

  private final int code;
  private final int blockNumbers;
  private final int blockBytes;

  GgufType(int code, int blockNumbers, int blockBytes) {
    this.code = code;
    this.blockNumbers = blockNumbers;
    this.blockBytes = blockBytes;
  }

  /** Numbers in a block. */
  int blockNumbers() {
    return blockNumbers;
  }

  /** Bytes of this many numbers, a whole number of blocks. */
  long bytes(long numbers) {
    return numbers / blockNumbers * blockBytes;
  }

  /**
   * The next {@code count} numbers, a whole number of blocks, of the little-endian {@code from} as
   * float32 into {@code to}.
   */
  void dequantize(ByteBuffer from, float[] to, int count) {
    switch (this) {
      case F32 -> GgufBlocks.f32(from, to, count);
      case F16 -> GgufBlocks.f16(from, to, count);
      case Q4_0 -> GgufBlocks.q40(from, to, count);
      case Q4_1 -> GgufBlocks.q41(from, to, count);
      case Q8_0 -> GgufBlocks.q80(from, to, count);
      case BF16 -> GgufBlocks.bf16(from, to, count);
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
                        "%s has the number format %s; %s can be read.%n"
                            + "Take this model's F16, BF16, Q8_0, Q4_0 or Q4_1 file.",
                        where,
                        OTHERS.getOrDefault(code, "number " + code),
                        Arrays.stream(values())
                            .map(Enum::name)
                            .collect(Collectors.joining(", ")))));
  }
}
