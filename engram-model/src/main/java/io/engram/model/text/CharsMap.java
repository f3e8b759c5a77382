package io.engram.model.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * SentencePiece's compiled character replacements: the trie's size in bytes, the trie, and the
 * replacements in UTF-8, each ended by a zero. The trie is a double array (Darts-clone): from a
 * node, the byte c leads to the unit at {@code node ^ c} if that unit's label is c.
 *
 * <p>The library that applies them reads the trie without looking where it ends, and a place that
 * isn't there aborts the whole process. So every place that a text can lead to is looked up first.
 */
final class CharsMap {
  private static final int LABEL = 1 << 31 | 0xFF;
  private static final int LEAF = 1 << 8;
  private static final int FAR = 1 << 9;

  private final int[] units;
  private final byte[] replacements;

  private CharsMap(int[] units, byte[] replacements) {
    this.units = units;
    this.replacements = replacements;
  }

  /**
   * Requires that no text leads outside of it.
   *
   * @throws IOException if it is cut, isn't UTF-8, or a text does
   */
  static void requireWhole(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long size = buffer.remaining() < Integer.BYTES ? -1 : Integer.toUnsignedLong(buffer.getInt());
    int count = (int) (size / Integer.BYTES);
    if (count < 1 || size > buffer.remaining()) {
      throw damaged("its trie is cut short");
    }
    int[] units = new int[count];
    for (int i = 0; i < count; i++) {
      units[i] = buffer.getInt();
    }
    byte[] replacements = new byte[buffer.remaining()];
    buffer.get(replacements);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
    } catch (CharacterCodingException e) {
      throw damaged("its replacements are not UTF-8");
    }
    new CharsMap(units, replacements).requireAllPlaces();
  }

  private void requireAllPlaces() throws IOException {
    BitSet seen = new BitSet(units.length);
    Deque<Integer> left = new ArrayDeque<>();
    left.add(children(0));
    while (!left.isEmpty()) {
      int node = left.remove();
      for (int c = 1; c <= 0xFF; c++) {
        int place = node ^ c;
        int unit = unit(place);
        if ((unit & LABEL) == c) {
          int next = children(place);
          if ((unit & LEAF) != 0) {
            requireReplacement(unit(next) & Integer.MAX_VALUE);
          }
          if (!seen.get(next)) {
            seen.set(next);
            left.add(next);
          }
        }
      }
    }
  }

  /** Where the children of the unit at a place are, each at this ^ its label. */
  private int children(int place) throws IOException {
    int unit = unit(place);
    long offset = (long) (unit >>> 10) << ((unit & FAR) == 0 ? 0 : 8);
    long node = place ^ offset;
    if ((node & ~0xFF) >= units.length) {
      throw damaged("its trie leads beyond its end");
    }
    return (int) node;
  }

  private int unit(int place) throws IOException {
    if (place >= units.length) {
      throw damaged("its trie leads beyond its end");
    }
    return units[place];
  }

  private void requireReplacement(int at) throws IOException {
    boolean starts = at < replacements.length && (replacements[at] & 0xC0) != 0x80;
    if (!starts && at != replacements.length) {
      throw damaged("its trie names a replacement that isn't there");
    }
  }

  private static IOException damaged(String why) {
    return new IOException("its precompiled_charsmap is damaged: " + why);
  }
}
