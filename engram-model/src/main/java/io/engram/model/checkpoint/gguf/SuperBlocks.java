package io.engram.model.checkpoint.gguf;

import static io.engram.model.checkpoint.gguf.Blocks.Numbers.half;

/**
 * GGUF's "K" formats to float32, one method a format: blocks of 256 numbers that fall into groups
 * of 16 or 32. Each group has a small integer scale s, and for Q2_K, Q4_K and Q5_K an offset o, of
 * which the block's half-precision numbers d and m are the units. Every product and sum is rounded
 * to float32 by itself, in the order of llama.cpp's {@code gguf} package, so that the numbers equal
 * its bit for bit.
 *
 * <p>Each method reads {@code count} numbers, a whole number of blocks, from {@code from}'s first
 * byte on.
 *
 * <p><b>Source:</b> ggml-quants.c, dequantize_row_*; ggml-common.h, block_*.
 */
final class SuperBlocks {
  private static final int BLOCK = 256;

  private SuperBlocks() {}

  /**
   * {@code (d s) q − (m o)}, groups of 16, q in 0 … 3. Sixteen bytes with s in the low and o in the
   * high half; 64 bytes with q; d; m. Bits 2j and 2j + 1 of q's bytes 32h … 32h + 31 are the
   * numbers from 128h + 32j on.
   */
  static void q2k(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 84) {
      float d = half(from, at + 80);
      float m = half(from, at + 82);
      for (int group = 0; group < 16; group++) {
        int both = from[at + group];
        float scale = d * (both & 15);
        float offset = m * ((both >> 4) & 15);
        int q = at + 16 + 32 * (group >> 3) + 16 * (group & 1);
        int shift = group & 6;
        int begin = i + 16 * group;
        for (int k = 0; k < 16; k++) {
          to[begin + k] = scale * ((from[q + k] >> shift) & 3) - offset;
        }
      }
    }
  }

  /**
   * {@code (d (s − 32)) (q + 4 h − 4)}, groups of 16, q in 0 … 3. 32 bytes with h, a bit a number;
   * 64 bytes with q as in {@link #q2k}; 12 bytes with s, of 6 bits; d. Bit j of h's byte k is that
   * of number 32j + k.
   */
  static void q3k(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 110) {
      float d = half(from, at + 108);
      for (int group = 0; group < 16; group++) {
        float scale = d * (sixBits(from, at + 96, group) - 32);
        int h = at + 16 * (group & 1);
        int q = at + 32 + 32 * (group >> 3) + 16 * (group & 1);
        int shift = group & 6;
        int bit = group >> 1;
        int begin = i + 16 * group;
        for (int k = 0; k < 16; k++) {
          int high = (from[h + k] >> bit) & 1;
          to[begin + k] = scale * (((from[q + k] >> shift) & 3) + 4 * high - 4);
        }
      }
    }
  }

  /** Q3_K's s of a group: four bits in the first eight bytes, two in the last four. */
  private static int sixBits(byte[] from, int at, int group) {
    int low = (from[at + (group & 7)] >> (4 * (group >> 3))) & 15;
    int high = (from[at + 8 + (group & 3)] >> (2 * (group >> 2))) & 3;
    return low | high << 4;
  }

  /**
   * {@code (d s) q − (m o)}, groups of 32, q in 0 … 15. d; m; 12 bytes with s and o, of 6 bits; 128
   * bytes with q: the low halves of each 32 are a group, the high halves the next.
   */
  static void q4k(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 144) {
      float d = half(from, at);
      float m = half(from, at + 2);
      for (int group = 0; group < 8; group++) {
        float scale = d * scale(from, at + 4, group);
        float offset = m * offset(from, at + 4, group);
        int q = at + 16 + 32 * (group >> 1);
        int shift = 4 * (group & 1);
        int begin = i + 32 * group;
        for (int k = 0; k < 32; k++) {
          to[begin + k] = scale * ((from[q + k] >> shift) & 15) - offset;
        }
      }
    }
  }

  /**
   * {@code (d s) (q + 16 h) − (m o)}, groups of 32, q in 0 … 15. As {@link #q4k}, with 32 bytes
   * before q: bit g of byte k is h of number 32g + k.
   */
  static void q5k(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 176) {
      float d = half(from, at);
      float m = half(from, at + 2);
      for (int group = 0; group < 8; group++) {
        float scale = d * scale(from, at + 4, group);
        float offset = m * offset(from, at + 4, group);
        int h = at + 16;
        int q = at + 48 + 32 * (group >> 1);
        int shift = 4 * (group & 1);
        int begin = i + 32 * group;
        for (int k = 0; k < 32; k++) {
          int high = (from[h + k] >> group) & 1;
          to[begin + k] = scale * (((from[q + k] >> shift) & 15) | high << 4) - offset;
        }
      }
    }
  }

  /** Q4_K's and Q5_K's s of a group: six bits, for the last four groups in two places. */
  private static int scale(byte[] from, int at, int group) {
    return group < 4
        ? from[at + group] & 63
        : (from[at + group + 4] & 15) | ((from[at + group - 4] >> 2) & 48);
  }

  /** Q4_K's and Q5_K's o of a group, likewise. */
  private static int offset(byte[] from, int at, int group) {
    return group < 4
        ? from[at + group + 4] & 63
        : ((from[at + group + 4] >> 4) & 15) | ((from[at + group] >> 2) & 48);
  }

  /**
   * {@code (d s) (q + 16 h − 32)}, groups of 16, q in 0 … 15, h in 0 … 3, s in −128 … 127. 128
   * bytes with q; 64 with h; 16 with s; d. Of each 128 numbers the first 64 are the low halves of
   * 64 bytes, the others their high halves; bits 2j and 2j + 1 of 32 bytes are h of the numbers
   * from 32j on.
   */
  static void q6k(byte[] from, float[] to, int count) {
    for (int i = 0, at = 0; i < count; i += BLOCK, at += 210) {
      float d = half(from, at + 208);
      for (int group = 0; group < 16; group++) {
        float scale = d * from[at + 192 + group];
        int part = group >> 3;
        int q = at + 64 * part + 16 * (group & 3);
        int h = at + 128 + 32 * part + 16 * (group & 1);
        int shift = group & 4;
        int highShift = group & 6;
        int begin = i + 16 * group;
        for (int k = 0; k < 16; k++) {
          int high = (from[h + k] >> highShift) & 3;
          to[begin + k] = scale * ((((from[q + k] >> shift) & 15) | high << 4) - 32);
        }
      }
    }
  }
}
