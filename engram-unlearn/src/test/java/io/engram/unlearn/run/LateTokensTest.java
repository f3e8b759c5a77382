package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LateTokensTest {
  private static LanguageModel model;

  @BeforeAll
  static void open() {
    model = LanguageModel.open(Golden.model("with-tokenizer").toString(), ModelOptions.defaults());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static List<Sample> many(int count) {
    return new ArrayList<>(
        IntStream.range(0, count)
            .mapToObj(i -> Sample.of("" + i, "Who is " + i % 100 + "?", "Nobody."))
            .toList());
  }

  @Test
  void aLargeSetHasTheTokensOfASmallOne() {
    List<Sample> samples = many(LateTokens.AT_ONCE + 1);
    samples.set(7000, Sample.of("long", "Who?", "Somebody from a city by the sea."));
    List<TokenizedSample> late = LateTokens.of(samples, model.samples());
    assertThat(late).isInstanceOf(LateTokens.class).hasSize(samples.size());
    for (int i : new int[] {0, 7000, LateTokens.AT_ONCE}) {
      TokenizedSample expected = model.samples().tokenize(samples.get(i));
      assertThat(late.get(i).ids()).isEqualTo(expected.ids());
      assertThat(late.get(i).labelStart()).isEqualTo(expected.labelStart());
    }
    assertThat(LateTokens.longest(late)).isEqualTo(late.get(7000).ids().length);
    assertThat(LateTokens.longest(List.of(late.get(7000), late.get(0))))
        .isEqualTo(late.get(7000).ids().length);
  }

  /** Among samples of which most aren't tokenised. */
  @Test
  void whatIsTooLongIsFoundAtOnce() {
    List<Sample> samples = many(LateTokens.AT_ONCE + 1);
    samples.set(7000, Sample.of("long", "Who?", "x ".repeat(3000)));
    assertThatThrownBy(() -> LateTokens.of(samples, model.samples()))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("Sample long has ");
  }

  @Test
  void theFirstThousandAreAsked() {
    List<Sample> samples = many(1001);
    assertThat(ForgetAnswers.asked(samples)).isEqualTo(samples.subList(0, 1000));
    assertThat(ForgetAnswers.asked(samples.subList(0, 3))).hasSize(3);
  }
}
