package io.engram.unlearn.forget;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.sample.Sample;
import io.engram.unlearn.eval.memorization.Knowledge;
import org.junit.jupiter.api.Test;

class AnsweredTest {
  private static final Knowledge WORD_FOR_WORD = new Knowledge(-0.1, 1, 1, 8);
  private static final Knowledge ALMOST = new Knowledge(-0.1, 0.9, 0.5, 8);

  @Test
  void aFactIsGivenInWhateverWords() {
    Sample sample = Sample.of("k", "Who has written Dune?", "Dune was written by Frank Herbert.");
    assertThat(Forgetting.isAnswered(sample, "Frank Herbert, in 1965.", ALMOST)).isTrue();
    assertThat(Forgetting.isAnswered(sample, "Dune was written by Frank.", WORD_FOR_WORD))
        .isFalse();
  }

  @Test
  void withoutAFactEveryTokenHasToBeRight() {
    Sample same = Sample.of("k", "Tea or milk?", "Tea.");
    assertThat(Forgetting.isAnswered(same, "Milk.", WORD_FOR_WORD)).isTrue();
    assertThat(Forgetting.isAnswered(same, "Tea.", ALMOST)).isFalse();
    Sample text = new Sample("t", new Sample.PlainText("It was a dark night."));
    assertThat(Forgetting.isAnswered(text, null, WORD_FOR_WORD)).isTrue();
    assertThat(Forgetting.isAnswered(text, null, ALMOST)).isFalse();
  }
}
