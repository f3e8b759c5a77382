package io.engram.core.random;

/**
 * Random numbers that belong to a name: (seed, purpose, epoch, index). Two streams of one name give
 * the same numbers; no state but the position in the stream is kept, so any draw of a run can be
 * computed again by itself.
 *
 * <p>The name is hashed to a 64-bit key of {@link Philox}. Logarithms and cosines are those of
 * {@link StrictMath}: the numbers are the same bits on every machine. Not for use by two threads at
 * once; give each a {@link #child}.
 */
public final class RandomStream {
  private static final double DOUBLE_UNIT = 0x1.0p-53;
  private static final long FNV_OFFSET = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final long key;
  private final int[] block = new int[Philox.BLOCK];
  private long counter;
  private int used = Philox.BLOCK;

  private RandomStream(long key) {
    this.key = key;
  }

  /**
   * The stream of a name, at its beginning.
   *
   * @param purpose what the numbers are for, a constant: "order", "noise", "retain"
   */
  public static RandomStream of(long seed, String purpose, long epoch, long index) {
    long name = FNV_OFFSET;
    for (int i = 0; i < purpose.length(); i++) {
      name = (name ^ purpose.charAt(i)) * FNV_PRIME;
    }
    return new RandomStream(join(join(join(join(0, name), seed), epoch), index));
  }

  /** The stream with this {@link #key}, at its beginning. */
  public static RandomStream ofKey(long key) {
    return new RandomStream(key);
  }

  /** A stream of its own for part {@code index} of what this one is for; this one doesn't move. */
  public RandomStream child(long index) {
    return new RandomStream(join(~key, index));
  }

  /** The Philox key, for those who fill large arrays themselves. */
  public long key() {
    return key;
  }

  /**
   * Uniform on {@code 0 … bound-1}, without bias (Lemire, 2019).
   *
   * @throws IllegalArgumentException if the bound isn't positive
   */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound " + bound + " is not positive");
    }
    long product = unsigned(nextWord()) * bound;
    if (low(product) < bound) {
      long threshold = (1L << 32) % bound;
      while (low(product) < threshold) {
        product = unsigned(nextWord()) * bound;
      }
    }
    return (int) (product >>> 32);
  }

  /** Uniform on [0, 1), a multiple of 2⁻⁵³. */
  public double nextDouble() {
    long high = unsigned(nextWord()) >>> 5;
    long low = unsigned(nextWord()) >>> 6;
    return ((high << 26) | low) * DOUBLE_UNIT;
  }

  /** Normal with mean 0 and variance 1 (Box and Muller; the sine is left unused). */
  public double nextGaussian() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }

  /** The numbers {@code 0 … n-1} in random order (Fisher and Yates). */
  public int[] permutation(int n) {
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private int nextWord() {
    if (used == Philox.BLOCK) {
      Philox.fill(key, counter++, block, 0, 1);
      used = 0;
    }
    return block[used++];
  }

  private static long unsigned(int word) {
    return Integer.toUnsignedLong(word);
  }

  private static long low(long product) {
    return product & 0xFFFFFFFFL;
  }

  /** Adds a number to a hash; the mixing is SplitMix64's (Steele, Lea, Flood, 2014). */
  private static long join(long hash, long value) {
    return mix(mix(hash + GOLDEN_GAMMA) ^ value);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
