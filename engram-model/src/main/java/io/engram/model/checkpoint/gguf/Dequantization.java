package io.engram.model.checkpoint.gguf;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.stream.IntStream;

/** Converts a tensor's blocks to float32, each processor working on its own part. */
final class Dequantization {
  /**
   * Blocks.Numbers at once: a multiple of every block, small enough for the processor's own cache.
   */
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
