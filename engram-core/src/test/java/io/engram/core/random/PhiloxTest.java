package io.engram.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PhiloxTest {
  /** The lines "philox4x32 10" of Random123's kat_vectors. */
  @Test
  void givesTheKnownAnswersOfRandom123() {
    assertThat(block(0, 0, 0, 0, 0, 0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(block(-1, -1, -1, -1, -1, -1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void fillsBlockAfterBlock() {
    long key = 0x299f31d0a4093822L;
    int[] together = new int[13];
    Philox.fill(key, 0xFFFFFFFFL, together, 1, 3);
    for (int b = 0; b < 3; b++) {
      int[] alone = new int[4];
      Philox.fill(key, 0xFFFFFFFFL + b, alone, 0, 1);
      assertThat(alone).containsExactly(Arrays.copyOfRange(together, 1 + 4 * b, 5 + 4 * b));
    }
    // The counter's second word takes the carry.
    assertThat(Arrays.copyOfRange(together, 5, 9))
        .containsExactly(block(0, 1, 0, 0, 0xa4093822, 0x299f31d0));
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> Philox.fill(1, 0, new int[7], 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static int[] block(int c0, int c1, int c2, int c3, int k0, int k1) {
    int[] out = new int[4];
    Philox.block(c0, c1, c2, c3, k0, k1, out, 0);
    return out;
  }
}
