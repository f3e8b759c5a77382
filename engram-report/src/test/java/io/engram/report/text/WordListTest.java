package io.engram.report.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordListTest {
  @Test
  void joinsWordsAsInASentence() {
    assertThat(WordList.and(List.of("a", "b", "c"))).isEqualTo("a, b and c");
    assertThat(WordList.and(List.of())).isEmpty();
  }
}
