package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import io.engram.model.text.TokenizerMetadata;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a GGUF file: numbers, texts and lists under keys such as {@code
 * llama.block_count} or {@code tokenizer.ggml.tokens}. Numbers are kept; texts and lists, which may
 * be a vocabulary, are read from the file each time they are asked for.
 *
 * <p>A key with another type than the one asked for is a fault, which names it.
 */
public final class GgufMetadata implements TokenizerMetadata {
  /** The least a setting takes: an empty key, a type, a value of one byte. */
  private static final int LEAST_BYTES = 8 + 4 + 1;

  private static final int MOST = 100_000;

  /** Items of a list that are read into memory; the largest vocabularies have 300,000. */
  private static final long MOST_ITEMS = 1 << 22;

  private final Path path;
  private final Map<String, Value> values;

  private GgufMetadata(Path path, Map<String, Value> values) {
    this.path = path;
    this.values = values;
  }

  /**
   * A value's type, its bits where it's a number, else where it begins and how long it is.
   *
   * @param itemType type of a list's items
   * @param count items of a list, bytes of a text
   * @param position of a list's first item, a text's first byte
   */
  private record Value(
      ValueType type, long bits, @Nullable ValueType itemType, long count, long position) {
    static Value number(ValueType type, long bits) {
      return new Value(type, bits, null, 0, 0);
    }
  }

  /**
   * Reads a file's settings, and the rest of its header, which is checked.
   *
   * @throws EngramException if the file is missing, isn't GGUF or is damaged
   */
  public static GgufMetadata read(Path path) {
    return GgufHeader.read(path).metadata();
  }

  /** How many settings the header announces. */
  static int count(GgufCursor cursor) throws IOException {
    return cursor.count("settings", LEAST_BYTES, MOST);
  }

  /** Reads this many settings; the cursor ends after the last. */
  static GgufMetadata read(Path path, GgufCursor cursor, int count) throws IOException {
    Map<String, Value> values = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      cursor.reading("setting " + (i + 1) + " of " + count);
      String key = cursor.name();
      cursor.reading("setting " + key);
      if (values.put(key, value(cursor, key)) != null) {
        throw cursor.damaged("it has the setting " + key + " twice");
      }
    }
    return new GgufMetadata(path, values);
  }

  private static Value value(GgufCursor cursor, String key) throws IOException {
    ValueType type = ValueType.of(cursor, key, cursor.int32());
    return switch (type) {
      case TEXT -> {
        long length = cursor.int64();
        Value text = new Value(type, 0, null, length, cursor.position());
        cursor.skip(length, 1);
        yield text;
      }
      case LIST -> list(cursor, key);
      default -> Value.number(type, type.bits(cursor.bytes(type.bytes())));
    };
  }

  private static Value list(GgufCursor cursor, String key) throws IOException {
    ValueType item = ValueType.of(cursor, key, cursor.int32());
    long count = cursor.int64();
    Value list = new Value(ValueType.LIST, 0, item, count, cursor.position());
    if (item == ValueType.LIST) {
      throw cursor.damaged(
          "setting " + key + " is a list of lists; lists of numbers or texts are read");
    }
    if (item != ValueType.TEXT) {
      cursor.skip(count, item.bytes());
      return list;
    }
    if (count < 0) {
      throw cursor.damaged("setting " + key + " claims " + Long.toUnsignedString(count) + " texts");
    }
    // Each text takes at least 8 bytes, so a false count stops at the file's end.
    for (long i = 0; i < count; i++) {
      cursor.skip(cursor.int64(), 1);
    }
    return list;
  }

  /** All keys, in the order of the file. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /** Whether the file has the setting. */
  public boolean has(String key) {
    return values.containsKey(key);
  }

  /** Whether the setting is a list. */
  boolean isList(String key) {
    Value value = values.get(key);
    return value != null && value.type() == ValueType.LIST;
  }

  /** Whether the setting is the whole number 0. */
  boolean isZero(String key) {
    Value value = values.get(key);
    return value != null && value.type().isWhole() && value.bits() == 0;
  }

  /** A whole number of any width. */
  @Override
  public OptionalLong whole(String key) {
    Value value = values.get(key);
    if (value == null) {
      return OptionalLong.empty();
    }
    require(key, value.type().isWhole(), "a whole number");
    return OptionalLong.of(value.bits());
  }

  /**
   * A number. A float32 is returned as the decimal it was written from, {@code 1e-5} and not the
   * float32 nearest to it, as in a config.json.
   */
  public OptionalDouble real(String key) {
    Value value = values.get(key);
    if (value == null) {
      return OptionalDouble.empty();
    }
    require(key, value.type().isNumber(), "a number");
    return OptionalDouble.of(value.type().real(value.bits()));
  }

  /** True or false; null if the file doesn't say. */
  @Override
  public @Nullable Boolean flag(String key) {
    Value value = values.get(key);
    if (value == null) {
      return null;
    }
    require(key, value.type() == ValueType.FLAG, "true or false");
    return value.bits() != 0;
  }

  /** A text, such as a chat template; null if the file has none. */
  @Override
  public @Nullable String text(String key) {
    Value value = values.get(key);
    if (value == null) {
      return null;
    }
    require(key, value.type() == ValueType.TEXT, "a text");
    require(key, value.count() <= MOST_ITEMS, "a text of at most " + MOST_ITEMS + " bytes");
    return from(key, value, cursor -> cursor.text((int) value.count()));
  }

  /** A list of texts, such as the vocabulary; empty if the file has none. */
  @Override
  public List<String> texts(String key) {
    Value value = list(key, ValueType.TEXT, "texts");
    if (value == null) {
      return List.of();
    }
    return from(
        key,
        value,
        cursor -> {
          List<String> texts = new ArrayList<>();
          for (long i = 0; i < value.count(); i++) {
            texts.add(cursor.name());
          }
          return texts;
        });
  }

  /** A list of whole numbers of any width, such as token types; empty if the file has none. */
  @Override
  public long[] wholes(String key) {
    Value value = list(key, null, "whole numbers");
    if (value == null) {
      return new long[0];
    }
    ValueType item = itemType(value);
    require(key, item.isWhole(), "a list of whole numbers");
    return from(key, value, cursor -> bits(cursor, value, item));
  }

  /** A list of numbers, such as token scores; empty if the file has none. */
  @Override
  public double[] reals(String key) {
    Value value = list(key, null, "numbers");
    if (value == null) {
      return new double[0];
    }
    ValueType item = itemType(value);
    require(key, item.isNumber(), "a list of numbers");
    long[] bits = from(key, value, cursor -> bits(cursor, value, item));
    double[] reals = new double[bits.length];
    for (int i = 0; i < reals.length; i++) {
      reals[i] = item.real(bits[i]);
    }
    return reals;
  }

  /** A list of true and false; empty if the file has none. */
  public boolean[] flags(String key) {
    Value value = list(key, ValueType.FLAG, "true and false");
    if (value == null) {
      return new boolean[0];
    }
    long[] bits = from(key, value, cursor -> bits(cursor, value, ValueType.FLAG));
    boolean[] flags = new boolean[bits.length];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = bits[i] != 0;
    }
    return flags;
  }

  private static long[] bits(GgufCursor cursor, Value list, ValueType item) throws IOException {
    ByteBuffer bytes = cursor.bytes((int) list.count() * item.bytes());
    long[] bits = new long[(int) list.count()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = item.bits(bytes);
    }
    return bits;
  }

  private @Nullable Value list(String key, @Nullable ValueType item, String things) {
    Value value = values.get(key);
    if (value != null) {
      boolean right = value.type() == ValueType.LIST;
      require(key, right && (item == null || value.itemType() == item), "a list of " + things);
      require(key, value.count() <= MOST_ITEMS, "a list of at most " + MOST_ITEMS + " " + things);
    }
    return value;
  }

  private static ValueType itemType(Value list) {
    return list.itemType() == null ? ValueType.LIST : list.itemType();
  }

  private void require(String key, boolean right, String wanted) {
    if (!right) {
      throw GgufCursor.damaged(path, "setting " + key + " is not " + wanted);
    }
  }

  /** What is read from the file at a value's place. */
  private interface Reading<T> {
    T from(GgufCursor cursor) throws IOException;
  }

  private <T> T from(String key, Value value, Reading<T> reading) {
    try (GgufCursor cursor = GgufCursor.at(path, value.position())) {
      cursor.reading("setting " + key);
      return reading.from(cursor);
    } catch (IOException e) {
      throw GgufCursor.unreadable(path, e);
    }
  }

  /** Types of a GGUF file's settings, in the order of their codes. */
  enum ValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    FLAG(1),
    TEXT(0),
    LIST(0),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private static final ValueType[] BY_CODE = values();

    private final int bytes;

    ValueType(int bytes) {
      this.bytes = bytes;
    }

    /** The type with this code of the setting's value. */
    static ValueType of(GgufCursor cursor, String key, int code) {
      if (code < 0 || code >= BY_CODE.length) {
        throw cursor.damaged(
            "setting " + key + " has the unknown type " + Integer.toUnsignedString(code));
      }
      return BY_CODE[code];
    }

    /** Bytes of a value; 0 where they vary. */
    int bytes() {
      return bytes;
    }

    boolean isWhole() {
      return isNumber() && this != FLOAT32 && this != FLOAT64;
    }

    boolean isNumber() {
      return bytes > 0 && this != FLAG;
    }

    /** The next value of this type: a whole number itself, else its bits. */
    long bits(ByteBuffer from) {
      return switch (this) {
        case UINT8, FLAG -> from.get() & 0xFFL;
        case INT8 -> from.get();
        case UINT16 -> from.getShort() & 0xFFFFL;
        case INT16 -> from.getShort();
        case UINT32, FLOAT32 -> from.getInt() & 0xFFFF_FFFFL;
        case INT32 -> from.getInt();
        case UINT64, INT64, FLOAT64 -> from.getLong();
        case TEXT, LIST -> throw new IllegalArgumentException(this + " is not a number");
      };
    }

    /** The number of these bits; of a float32 the shortest decimal that names it. */
    double real(long bits) {
      return switch (this) {
        case FLOAT32 -> Double.parseDouble(Float.toString(Float.intBitsToFloat((int) bits)));
        case FLOAT64 -> Double.longBitsToDouble(bits);
        default -> bits;
      };
    }
  }
}
