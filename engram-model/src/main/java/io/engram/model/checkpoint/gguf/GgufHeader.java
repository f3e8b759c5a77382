package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a GGUF file: magic number, version, counts, settings, then each tensor's name,
 * shape (innermost size first), format and place. It is read and checked as a whole before any
 * weight is read.
 *
 * <p><b>Source:</b> ggml/docs/gguf.md, versions 2 and 3.
 *
 * @param metadata what it says of the model
 * @param entries tensors by their GGUF name, in the order of the header
 * @param dataStart byte of the file that the places count from
 */
record GgufHeader(GgufMetadata metadata, Map<String, Entry> entries, long dataStart) {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int MOST_TENSORS = 100_000;
  private static final int MOST_SIZES = 4;
  private static final long DEFAULT_ALIGNMENT = 32;
  private static final long MAX_ALIGNMENT = 1L << 16;

  /**
   * The least a tensor's entry takes: an empty name, the number of sizes, a size, a format, a
   * place.
   */
  private static final int LEAST_BYTES = 8 + 4 + 8 + 4 + 8;

  /**
   * A tensor's place.
   *
   * @param shape outermost size first, as elsewhere
   * @param from first byte, from the data's start
   */
  record Entry(String name, GgufType type, long[] shape, long from) {
    /** How many numbers it has. */
    long numbers() {
      long numbers = 1;
      for (long size : shape) {
        numbers *= size;
      }
      return numbers;
    }

    /** The byte after its last. */
    long to() {
      return from + type.bytes(numbers());
    }
  }

  /**
   * Reads a file's header.
   *
   * @throws EngramException if it isn't GGUF, is truncated or doesn't hold together
   */
  static GgufHeader read(Path path) {
    if (!Files.isRegularFile(path)) {
      throw EngramException.file(path + ": no such file; a GGUF file is needed here.");
    }
    try (GgufCursor cursor = new GgufCursor(path)) {
      return read(path, cursor);
    } catch (IOException e) {
      throw GgufCursor.unreadable(path, e);
    }
  }

  private static GgufHeader read(Path path, GgufCursor cursor) throws IOException {
    if (cursor.fileBytes() < 24 || cursor.int32() != MAGIC) {
      throw cursor.damaged("it doesn't begin as a GGUF file does");
    }
    requireVersion(cursor.int32(), path);
    int tensors = cursor.count("tensors", LEAST_BYTES, MOST_TENSORS);
    GgufMetadata metadata = GgufMetadata.read(path, cursor, GgufMetadata.count(cursor));
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (int i = 0; i < tensors; i++) {
      cursor.reading("tensor " + (i + 1) + " of " + tensors);
      Entry entry = entry(cursor, path);
      if (entries.put(entry.name(), entry) != null) {
        throw cursor.damaged("it has two tensors " + entry.name());
      }
    }
    long alignment = alignment(cursor, metadata);
    long dataStart = (cursor.position() + alignment - 1) / alignment * alignment;
    requirePlaces(cursor, entries, dataStart, alignment);
    return new GgufHeader(metadata, entries, dataStart);
  }

  private static void requireVersion(int version, Path path) {
    if (version == 2 || version == 3) {
      return;
    }
    throw EngramException.file(
        (version & 0xFFFF) == 0
            ? path + " is a big-endian GGUF file; little-endian ones can be read."
            : path + " is GGUF version " + version + "; versions 2 and 3 can be read.");
  }

  private static Entry entry(GgufCursor cursor, Path path) throws IOException {
    String name = cursor.name();
    cursor.reading("tensor " + name);
    int sizes = cursor.int32();
    if (sizes < 1 || sizes > MOST_SIZES) {
      throw cursor.damaged("tensor " + name + " has " + Integer.toUnsignedString(sizes) + " sizes");
    }
    long[] shape = new long[sizes];
    long numbers = 1;
    for (int i = sizes - 1; i >= 0; i--) {
      shape[i] = cursor.int64();
      if (shape[i] < 1 || numbers > Long.MAX_VALUE / 16 / shape[i]) {
        throw cursor.damaged(
            "tensor " + name + " has an impossible size " + Long.toUnsignedString(shape[i]));
      }
      numbers *= shape[i];
    }
    GgufType type = GgufType.of(cursor.int32(), path + ": tensor " + name);
    if (shape[sizes - 1] % type.blockNumbers() != 0) {
      throw cursor.damaged(
          String.format(
              "tensor %s has rows of %d numbers, no multiple of the %d in a block of %s",
              name, shape[sizes - 1], type.blockNumbers(), type));
    }
    return new Entry(name, type, shape, cursor.int64());
  }

  private static long alignment(GgufCursor cursor, GgufMetadata metadata) {
    long alignment = metadata.whole("general.alignment").orElse(DEFAULT_ALIGNMENT);
    if (alignment < 1 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
      throw cursor.damaged("general.alignment is " + alignment + ", no power of two up to 65536");
    }
    return alignment;
  }

  private static void requirePlaces(
      GgufCursor cursor, Map<String, Entry> entries, long dataStart, long alignment) {
    long dataBytes = Math.max(0, cursor.fileBytes() - dataStart);
    for (Entry entry : entries.values()) {
      if (entry.from() < 0 || entry.from() % alignment != 0) {
        throw cursor.damaged(
            String.format(
                "tensor %s begins at byte %s of the data, no multiple of %d",
                entry.name(), Long.toUnsignedString(entry.from()), alignment));
      }
      if (entry.from() > dataBytes || entry.to() > dataBytes) {
        throw cursor.damaged(
            String.format(
                "tensor %s takes %d bytes from byte %d of the data on, which has %d: the file is"
                    + " truncated",
                entry.name(), entry.to() - entry.from(), entry.from(), dataBytes));
      }
    }
    List<Entry> placed =
        entries.values().stream().sorted(Comparator.comparingLong(Entry::from)).toList();
    for (int i = 1; i < placed.size(); i++) {
      if (placed.get(i).from() < placed.get(i - 1).to()) {
        throw cursor.damaged(
            "tensors " + placed.get(i - 1).name() + " and " + placed.get(i).name() + " overlap");
      }
    }
  }
}
