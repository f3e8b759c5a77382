package io.engram.model.tensor;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/**
 * How matrix products of float32 tensors are computed. Weights, activations and gradients are
 * float32 either way; with {@link #BF16} the factors of each product are rounded to bfloat16 (8
 * bits of precision) and its sums are float32, which processors with AMX or AVX512-BF16 do several
 * times as fast. Elsewhere there is nothing to gain.
 *
 * <p><b>Units:</b> a product's relative error is about 2⁻⁹ times the size of its terms.
 */
public enum Compute {
  /** In full precision. */
  FLOAT32("highest"),
  /** Factors rounded to bfloat16, sums in float32. */
  BF16("medium");

  private static final List<String> INSTRUCTIONS = List.of("amx_bf16", "avx512_bf16");

  private static Compute current = FLOAT32;

  private final String precision;

  Compute(String precision) {
    this.precision = precision;
  }

  /** Sets the arithmetic back when closed. */
  public static final class Use implements AutoCloseable {
    private final Compute before;

    private Use(Compute before) {
      this.before = before;
    }

    @Override
    public void close() {
      set(before);
    }
  }

  /**
   * From now on, and until the result is closed, all threads compute like this.
   *
   * @return close it in reverse order
   */
  public Use use() {
    Use use = new Use(current());
    set(this);
    return use;
  }

  /** How products are computed now. */
  public static synchronized Compute current() {
    return current;
  }

  private static synchronized void set(Compute now) {
    if (now != current) {
      Torch.load();
      try (PointerScope scope = new PointerScope()) {
        torch.globalContext().setFloat32MatmulPrecision(new BytePointer(now.precision));
      }
      current = now;
    }
  }

  /**
   * Checks that this processor gains by bfloat16.
   *
   * @param where what asked for it, for the message
   * @throws EngramException if it has no instructions for it
   */
  public static void requireBfloat16(String where) {
    requireBfloat16(where, Path.of("/proc/cpuinfo"));
  }

  static void requireBfloat16(String where, Path cpuInfo) {
    if (!hasBfloat16(cpuInfo)) {
      throw EngramException.usage(
          where
              + ": this processor has neither AMX nor AVX512-BF16, so bfloat16 would be slower than float32. Leave it out.");
    }
  }

  private static boolean hasBfloat16(Path cpuInfo) {
    try {
      return Files.isReadable(cpuInfo)
          && Files.readString(cpuInfo)
              .lines()
              .filter(line -> line.startsWith("flags"))
              .anyMatch(line -> Arrays.stream(line.split("\\s+")).anyMatch(INSTRUCTIONS::contains));
    } catch (IOException e) {
      return false;
    }
  }
}
