package io.engram.model.checkpoint.gguf;

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
 * Reads a GGUF header from start to end. A length in the file is compared with what the file has
 * before anything of that length is kept or skipped. Faults name what was being read.
 */
final class GgufCursor implements AutoCloseable {
  /** Far more than the largest vocabulary takes (about 10 MB). Bounds time and memory. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  /** The longest key or tensor name that the format allows. */
  private static final int MAX_NAME_BYTES = 65_535;

  private final Path path;
  private final InputStream in;
  private final long fileBytes;
  private long position;
  private String what = "its header";

  GgufCursor(Path path) throws IOException {
    this.path = path;
    this.fileBytes = Files.size(path);
    this.in = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
  }

  /** A cursor at a byte of the header. */
  static GgufCursor at(Path path, long position) throws IOException {
    GgufCursor cursor = new GgufCursor(path);
    cursor.skip(position, 1);
    return cursor;
  }

  /** Names what is read from here on, for messages. */
  void reading(String field) {
    what = field;
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
  int count(String things, int leastBytes, int most) throws IOException {
    long count = int64();
    if (count < 0 || count > most || count > (fileBytes - position) / leastBytes) {
      throw damaged(
          String.format(
              "%s claims %s %s in %d bytes",
              what, Long.toUnsignedString(count), things, fileBytes));
    }
    return (int) count;
  }

  /** A key or a tensor's name: a length of 8 bytes, then that many bytes of UTF-8. */
  String name() throws IOException {
    long length = int64();
    if (length < 0 || length > MAX_NAME_BYTES) {
      throw damaged(
          String.format(
              "%s: the name at byte %d claims %s bytes; %d are allowed",
              what, position, Long.toUnsignedString(length), MAX_NAME_BYTES));
    }
    return text((int) length);
  }

  /** A text of this many bytes in UTF-8. */
  String text(int length) throws IOException {
    return new String(bytes(length).array(), StandardCharsets.UTF_8);
  }

  /** Skips {@code count} things of {@code size} bytes each. */
  void skip(long count, int size) throws IOException {
    if (count < 0 || count > (limit() - position) / size) {
      throw beyond(count, size);
    }
    in.skipNBytes(count * size);
    position += count * size;
  }

  /** A copy of the next bytes, little-endian. */
  ByteBuffer bytes(int count) throws IOException {
    if (count > limit() - position) {
      throw beyond(count, 1);
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

  private EngramException beyond(long count, int size) {
    String claim =
        String.format(
            "%s takes %s%s from byte %d on",
            what,
            size == 1 ? "" : size + " times ",
            Long.toUnsignedString(count) + " bytes",
            position);
    return damaged(
        fileBytes <= MAX_HEADER_BYTES
            ? claim + "; the file ends at byte " + fileBytes
            : claim + "; a header of at most " + MAX_HEADER_BYTES + " bytes is read");
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

  /** A file that the system can't read. */
  static EngramException unreadable(Path path, IOException e) {
    return EngramException.file(path + ": could not be read: " + e.getMessage(), e);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
