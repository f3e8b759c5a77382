package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExtractionLikelihoodTest {
  @Test
  void overlapCountsGeneratedGramsThatTheTargetHas() {
    // Bigrams of the target: 12, 23, 34; of the generated text: 12, 23, 39.
    assertThat(ExtractionLikelihood.overlap(2, new int[] {1, 2, 3, 9}, new int[] {1, 2, 3, 4}))
        .isCloseTo(2 / 3.0, within(1e-12));
    assertThat(ExtractionLikelihood.overlap(2, new int[] {1}, new int[] {1, 2})).isZero();
  }

  @Test
  void meanOverSuffixesLongEnough() {
    // T = 5 and n = 2: suffixes from i = 1, 2, 3 have 4, 3, 2 tokens; that from 4 has too few.
    List<int[]> targets =
        List.of(new int[] {2, 3, 4, 5}, new int[] {3, 4, 5}, new int[] {4, 5}, new int[] {5});
    List<int[]> generated =
        List.of(new int[] {2, 3, 4, 5}, new int[] {3, 9, 9}, new int[] {4, 5}, new int[] {5});
    assertThat(ExtractionLikelihood.of(2, targets, generated)).isCloseTo(2 / 3.0, within(1e-12));
  }

  @Test
  void shortTextsHaveNone() {
    assertThat(ExtractionLikelihood.of(10, List.of(new int[] {1, 2}), List.of(new int[] {1, 2})))
        .isNaN();
  }
}
