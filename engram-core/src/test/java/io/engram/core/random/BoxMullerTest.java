package io.engram.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BoxMullerTest {
  private static final int BLOCKS = 1 << 16;

  private static float[] fill(long key, long counter, int blocks) {
    float[] numbers = new float[4 * blocks];
    BoxMuller.fill(key, counter, numbers, new int[4 * blocks], blocks);
    return numbers;
  }

  @Test
  void isTheFormulaToFloatPrecision() {
    int[] words = new int[4 * BLOCKS];
    Philox.fill(5, 9, words, 0, BLOCKS);
    float[] numbers = fill(5, 9, BLOCKS);
    for (int i = 0; i < words.length; i += 2) {
      double u = ((words[i] >>> 8) + 1) * 0x1p-24;
      double v = (words[i + 1] >>> 8) * 0x1p-24;
      double radius = StrictMath.sqrt(-2 * StrictMath.log(u));
      // Half a unit in the last place is 2.4e-7 above 4; the polynomials add about as much.
      assertThat((double) numbers[i])
          .isCloseTo(radius * StrictMath.cos(2 * Math.PI * v), within(8e-7));
      assertThat((double) numbers[i + 1])
          .isCloseTo(radius * StrictMath.sin(2 * Math.PI * v), within(8e-7));
    }
  }

  @Test
  void aNumberDependsOnKeyAndCounterAlone() {
    float[] all = fill(5, 0, 10);
    assertThat(fill(5, 3, 2)).containsExactly(Arrays.copyOfRange(all, 12, 20));
    assertThat(fill(6, 0, 10)).isNotEqualTo(all);
  }

  @Test
  void everyNumberIsFiniteAndTheTailsAreThere() {
    float[] numbers = fill(7, 0, BLOCKS);
    double largest = 0;
    for (float z : numbers) {
      assertThat(Float.isFinite(z)).isTrue();
      largest = Math.max(largest, Math.abs(z));
    }
    // Of 262,144 numbers about 15 are beyond 4; the bound is √(2·24 ln 2).
    assertThat(largest).isBetween(4.0, 5.77);
  }
}
