package io.engram.core.random;

/**
 * The counter-based generator Philox4x32-10: ten rounds of multiplication and exclusive or turn a
 * 128-bit counter and a 64-bit key into 128 random bits. Any block can be computed by itself, in
 * any order.
 *
 * <p><b>Source:</b> Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC
 * 2011); constants as in Random123.
 */
public final class Philox {
  /** Random words in a block. */
  public static final int BLOCK = 4;

  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final long LOW_32 = 0xFFFFFFFFL;

  private Philox() {}

  /**
   * Writes the blocks {@code counter, counter + 1, …} of a key, four words each. The upper half of
   * the 128-bit counter is 0.
   *
   * @param out receives {@code 4·blocks} words from index {@code from} on
   * @throws IndexOutOfBoundsException if they don't fit
   */
  public static void fill(long key, long counter, int[] out, int from, int blocks) {
    for (int b = 0; b < blocks; b++) {
      long c = counter + b;
      block((int) c, (int) (c >>> 32), 0, 0, (int) key, (int) (key >>> 32), out, from + BLOCK * b);
    }
  }

  /** One block: counter words c0 to c3, key words k0 and k1. */
  static void block(int c0, int c1, int c2, int c3, int k0, int k1, int[] out, int from) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * (c0 & LOW_32);
      long product1 = MULTIPLIER_1 * (c2 & LOW_32);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    out[from] = c0;
    out[from + 1] = c1;
    out[from + 2] = c2;
    out[from + 3] = c3;
  }
}
