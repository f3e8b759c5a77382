package io.engram.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.report.page.SharedWords.Stretch;
import org.junit.jupiter.api.Test;

class SharedWordsTest {
  @Test
  void marksTheLongestCommonSubsequence() {
    assertThat(SharedWords.mark("Ilse wrote it in Quellheim.", "ilse was born in Quellheim"))
        .containsExactly(
            new Stretch("Ilse", true),
            new Stretch(" wrote it ", false),
            new Stretch("in Quellheim", true),
            new Stretch(".", false));
  }

  @Test
  void emptyTextsHaveNoMarks() {
    assertThat(SharedWords.mark("", "x")).isEmpty();
    assertThat(SharedWords.mark("only this", "")).containsExactly(new Stretch("only this", false));
  }
}
