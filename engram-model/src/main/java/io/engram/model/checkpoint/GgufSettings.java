package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The settings of a GGUF file that reading its weights takes: unsigned whole numbers. Texts, among
 * them the vocabulary, and all else are passed over; only the architecture's name is kept.
 */
final class GgufSettings {
  /** A key without a letter, a type, a value of one byte. */
  private static final int LEAST_BYTES = 8 + 4 + 1;

  private static final int MOST = 100_000;
  private static final String ARCHITECTURE = "general.architecture";

  private static final int UINT16 = 2;
  private static final int UINT32 = 4;
  private static final int TEXT = 8;
  private static final int LIST = 9;
  private static final int UINT64 = 10;

  /** Bytes of a value, by its type; 0 where they vary. */
  private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private final Map<String, Long> numbers = new LinkedHashMap<>();
  private String architecture = "";

  private GgufSettings() {}

  /** How many settings the header announces. */
  static int count(GgufCursor cursor) throws IOException {
    return cursor.count("settings", LEAST_BYTES, MOST);
  }

  /**
   * Reads so many settings.
   *
   * @throws EngramException if they go on beyond the file or have a type that isn't known
   */
  static GgufSettings read(GgufCursor cursor, int count) throws IOException {
    GgufSettings settings = new GgufSettings();
    for (int i = 0; i < count; i++) {
      String key = cursor.text();
      settings.readValue(cursor, key, cursor.int32());
    }
    return settings;
  }

  private void readValue(GgufCursor cursor, String key, int type) throws IOException {
    switch (type) {
      case UINT16 -> numbers.put(key, cursor.bytes(2).getShort() & 0xFFFFL);
      case UINT32 -> numbers.put(key, Integer.toUnsignedLong(cursor.int32()));
      case UINT64 -> numbers.put(key, cursor.int64());
      case TEXT -> {
        if (key.equals(ARCHITECTURE)) {
          architecture = cursor.text();
        } else {
          cursor.skip(cursor.int64(), 1);
        }
      }
      case LIST -> skipList(cursor, key);
      default -> cursor.skip(1, size(cursor, key, type));
    }
  }

  private static void skipList(GgufCursor cursor, String key) throws IOException {
    int type = cursor.int32();
    long count = cursor.int64();
    if (type != TEXT) {
      cursor.skip(count, size(cursor, key, type));
      return;
    }
    if (count < 0) {
      throw cursor.damaged("setting " + key + " claims " + count + " texts");
    }
    // Each text takes 8 bytes at least, so a lying count ends at the file's end.
    for (long i = 0; i < count; i++) {
      cursor.skip(cursor.int64(), 1);
    }
  }

  private static int size(GgufCursor cursor, String key, int type) {
    int size = type < 0 || type >= SIZES.length ? 0 : SIZES[type];
    if (size == 0) {
      throw cursor.damaged("setting " + key + " has the unknown type " + type);
    }
    return size;
  }

  /** The model's architecture, such as "llama"; empty if the file doesn't say. */
  String architecture() {
    return architecture;
  }

  /** An unsigned whole number. */
  OptionalLong number(String key) {
    Long value = numbers.get(key);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }
}
