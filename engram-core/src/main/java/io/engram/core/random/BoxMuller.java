package io.engram.core.random;

/**
 * Standard normal numbers in float32, {@code √(−2 ln u) · (cos 2πv, sin 2πv)} with u in (0, 1] and
 * v of 24 random bits each. A {@link Philox} block gives four, so that number i depends on the key
 * and i alone. Arithmetic is Java's, the same bits on every machine. |z| reaches 5.8.
 *
 * <p>ln, sin and cos are polynomials with an error of about a unit in the last place; none of it
 * branches, for random numbers defeat branch prediction.
 *
 * <p><b>Source:</b> Box and Muller 1958; polynomials of Cephes' logf, sinf and cosf (Moshier).
 */
public final class BoxMuller {
  /** The bits of √½ as a float. */
  private static final int ROOT_HALF = 0x3F3504F3;

  private static final int MANTISSA = 0x7FFFFF;
  private static final int SIGN = 31;

  /** The 24 bits of a turn in quarters: two bits, and what is left of 22. */
  private static final int QUARTER = 22;

  private static final float RADIANS = (float) (2 * Math.PI / (1 << 24));

  private BoxMuller() {}

  /**
   * Writes the numbers {@code 4·counter, 4·counter + 1, …} of a key.
   *
   * @param out receives {@code 4·blocks} numbers
   * @param words of at least that length; overwritten
   */
  public static void fill(long key, long counter, float[] out, int[] words, int blocks) {
    Philox.fill(key, counter, words, 0, blocks);
    for (int i = 0; i < Philox.BLOCK * blocks; i += 2) {
      float radius = (float) Math.sqrt(-2 * log(words[i]));
      int angle = words[i + 1] >>> 8;
      int quarter = (angle + (1 << (QUARTER - 1))) >>> QUARTER;
      float x = (float) (angle - (quarter << QUARTER)) * RADIANS;
      int cos = Float.floatToRawIntBits(cos(x));
      int sin = Float.floatToRawIntBits(sin(x));
      // An odd quarter turn exchanges the two; signs go (+,+), (−,+), (−,−), (+,−).
      int exchange = (cos ^ sin) & -(quarter & 1);
      int cosSign = ((quarter + 1) >>> 1) << SIGN;
      int sinSign = (quarter >>> 1) << SIGN;
      out[i] = radius * Float.intBitsToFloat(cos ^ exchange ^ cosSign);
      out[i + 1] = radius * Float.intBitsToFloat(sin ^ exchange ^ sinSign);
    }
  }

  /** ln u, {@code u = (⌊word / 2⁸⌋ + 1) / 2²⁴}: u = 2ᵉ(1 + x) with 1 + x from √½ to √2. */
  private static float log(int word) {
    int bits = Float.floatToRawIntBits((float) ((word >>> 8) + 1)) - ROOT_HALF;
    float e = (float) ((bits >> 23) - 24);
    float x = Float.intBitsToFloat((bits & MANTISSA) + ROOT_HALF) - 1;
    float y = 7.0376836e-2f * x - 1.151461e-1f;
    y = y * x + 1.16769984e-1f;
    y = y * x - 1.2420141e-1f;
    y = y * x + 1.4249323e-1f;
    y = y * x - 1.6668057e-1f;
    y = y * x + 2.0000714e-1f;
    y = y * x - 2.4999994e-1f;
    y = y * x + 0.3333333f;
    float square = x * x;
    // ln 2 in two parts, the first of few bits, so that its product with e is exact.
    y = y * x * square - 2.1219444e-4f * e - 0.5f * square;
    return x + y + 0.6933594f * e;
  }

  /** Of |x| ≤ π/4. */
  private static float sin(float x) {
    float z = x * x;
    return ((-1.9515296e-4f * z + 8.332161e-3f) * z - 1.6666655e-1f) * z * x + x;
  }

  /** Of |x| ≤ π/4. */
  private static float cos(float x) {
    float z = x * x;
    float rest = (2.4433157e-5f * z - 1.3887316e-3f) * z + 4.1666646e-2f;
    return rest * z * z - 0.5f * z + 1;
  }
}
