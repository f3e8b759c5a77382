package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenizedSampleTest {
  private static final TokenizedSample SAMPLE =
      new TokenizedSample("a", new int[] {10, 11, 12, 13, 14}, 3);

  /** A window of three tokens: 11, 12 and 13 are given, 14 is the last that is predicted. */
  @Test
  void aWindowHoldsTheEnd() {
    TokenizedSample cut = SAMPLE.within(3);
    assertThat(cut.ids()).containsExactly(11, 12, 13, 14);
    assertThat(cut.labelIds()).containsExactly(13, 14);
    assertThat(SAMPLE.within(4)).isSameAs(SAMPLE);
  }

  @Test
  void anAnswerThatDoesntFitLosesItsBeginning() {
    TokenizedSample cut = SAMPLE.within(1);
    assertThat(cut.ids()).containsExactly(13, 14);
    assertThat(cut.labelIds()).containsExactly(14);
  }
}
