package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a GGUF header from its beginning on. What a length in the file claims is compared with what
 * the file has before anything of that length is kept or passed over.
 */
final class GgufCursor implements AutoCloseable {
  /** Far more than the largest vocabulary takes (about 10 MB); bounds time and memory. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int MAX_TEXT_BYTES = 65_535;

  private final Path path;
  private final InputStream in;
  private final long fileBytes;
  private long position;

  GgufCursor(Path path) throws IOException {
    this.path = path;
    this.fileBytes = Files.size(path);
    this.in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
  }

  /** Bytes read so far. */
  long position() {
    return position;
  }

  /** Length of the file. */
  long fileBytes() {
    return fileBytes;
  }

  int int32() throws IOException {
    return bytes(Integer.BYTES).getInt();
  }

  long int64() throws IOException {
    return bytes(Long.BYTES).getLong();
  }

  /**
   * A count of things that take at least {@code leastBytes} each.
   *
   * @throws EngramException if the file has no room for them or there are more than {@code most}
   */
  int count(String what, int leastBytes, int most) throws IOException {
    long count = int64();
    if (count < 0 || count > most || count > (fileBytes - position) / leastBytes) {
      throw damaged(
          String.format(
              "it claims %s %s in %d bytes", Long.toUnsignedString(count), what, fileBytes));
    }
    return (int) count;
  }

  /** A length of 8 bytes, then so many bytes of UTF-8: a key or a tensor's name. */
  String text() throws IOException {
    long length = int64();
    if (length < 0 || length > MAX_TEXT_BYTES) {
      throw damaged(
          String.format(
              "the text at byte %d claims %s bytes", position, Long.toUnsignedString(length)));
    }
    return StandardCharsets.UTF_8.decode(bytes((int) length)).toString();
  }

  /** Passes over {@code count} things of {@code size} bytes each. */
  void skip(long count, int size) throws IOException {
    if (count < 0 || count > (limit() - position) / size) {
      throw beyond();
    }
    in.skipNBytes(count * size);
    position += count * size;
  }

  /** The next bytes, little-endian. */
  ByteBuffer bytes(int count) throws IOException {
    if (count > limit() - position) {
      throw beyond();
    }
    byte[] read = in.readNBytes(count);
    if (read.length < count) {
      throw new EOFException("it became shorter while it was read");
    }
    position += count;
    return ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN);
  }

  private long limit() {
    return Math.min(fileBytes, MAX_HEADER_BYTES);
  }

  private EngramException beyond() {
    return damaged(
        fileBytes <= MAX_HEADER_BYTES
            ? "its header goes on beyond its end, byte " + fileBytes
            : "its header is longer than " + MAX_HEADER_BYTES + " bytes");
  }

  /** The file's fault, in words. */
  EngramException damaged(String why) {
    return damaged(path, why);
  }

  /** A file's fault, in words. */
  static EngramException damaged(Path path, String why) {
    return EngramException.file(
        path + " is damaged: " + why + ".\nFetch or copy the file again and compare its size.");
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
