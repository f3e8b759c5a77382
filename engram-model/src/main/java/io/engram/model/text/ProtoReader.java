package io.engram.model.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Iterates over the fields of a message in the protobuf format. Checks each length against the
 * bytes that are left before it keeps anything.
 *
 * <p><b>Source:</b> Protocol Buffers documentation, "Encoding".
 */
final class ProtoReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  /** Thrown when the bytes aren't a message. */
  static final class DamagedException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedException(String message) {
      super(message);
    }
  }

  private final ByteBuffer in;
  private int field;
  private int wireType;

  ProtoReader(ByteBuffer bytes) {
    this.in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Goes to the next field; false if there is none. The previous one must have been read or
   * skipped.
   */
  boolean next() throws DamagedException {
    if (!in.hasRemaining()) {
      return false;
    }
    long key = varint();
    wireType = (int) (key & 7);
    field = (int) Math.min(key >>> 3, Integer.MAX_VALUE);
    if (field == 0) {
      throw new DamagedException("it has a field 0");
    }
    return true;
  }

  /** The field's number. */
  int field() {
    return field;
  }

  long number() throws DamagedException {
    require(VARINT);
    return varint();
  }

  boolean flag() throws DamagedException {
    return number() != 0;
  }

  float real() throws DamagedException {
    require(FIXED32);
    return take(Float.BYTES).getFloat();
  }

  String text() throws DamagedException {
    return StandardCharsets.UTF_8.decode(bytes()).toString();
  }

  /** A nested message, or bytes. */
  ByteBuffer bytes() throws DamagedException {
    require(BYTES);
    return take(varint());
  }

  void skip() throws DamagedException {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> take(Long.BYTES);
      case BYTES -> take(varint());
      case FIXED32 -> take(Integer.BYTES);
      default -> throw new DamagedException("a field has the unknown wire type " + wireType);
    }
  }

  private void require(int wanted) throws DamagedException {
    if (wireType != wanted) {
      throw new DamagedException(
          "field " + field + " has wire type " + wireType + " where " + wanted + " is expected");
    }
  }

  private ByteBuffer take(long length) throws DamagedException {
    if (length < 0 || length > in.remaining()) {
      throw new DamagedException(
          "field "
              + field
              + " claims "
              + Long.toUnsignedString(length)
              + " bytes of "
              + in.remaining());
    }
    ByteBuffer part = in.slice(in.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + (int) length);
    return part;
  }

  private long varint() throws DamagedException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (!in.hasRemaining()) {
        throw new DamagedException("it ends within a number");
      }
      byte next = in.get();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new DamagedException("a number has more than ten bytes");
  }
}
