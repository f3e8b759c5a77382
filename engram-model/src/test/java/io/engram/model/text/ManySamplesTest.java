package io.engram.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.testkit.Golden;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More samples than one thread tokenises at a time. */
class ManySamplesTest {
  private LanguageModel model;

  @BeforeEach
  void open() {
    ModelOptions usual = ModelOptions.defaults();
    model =
        LanguageModel.open(
            Golden.model("with-tokenizer").toString(),
            new ModelOptions(
                usual.device(), usual.dtype(), usual.template(), null, 3, 512, false, 42));
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static List<Sample> samples(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Sample.of("" + i, "Question " + i + "?", "answer ".repeat(1 + i % 7) + i))
        .toList();
  }

  @Test
  void theyAreTheSameAsOneByOneAndInOrder() {
    List<Sample> samples = samples(1000);
    List<TokenizedSample> all = model.samples().tokenize(samples);
    assertThat(all).hasSize(1000);
    for (int i = 0; i < all.size(); i++) {
      TokenizedSample alone = model.samples().tokenize(samples.get(i));
      assertThat(all.get(i).id()).isEqualTo("" + i);
      assertThat(all.get(i).ids()).isEqualTo(alone.ids());
      assertThat(all.get(i).labelStart()).isEqualTo(alone.labelStart());
    }
  }

  @Test
  void theFirstThatFailsIsNamed() {
    List<Sample> samples = new ArrayList<>(samples(1000));
    samples.set(990, Sample.of("later", "Q?", " "));
    samples.set(260, Sample.of("first", "Q?", " "));
    assertThatThrownBy(() -> model.samples().tokenize(samples))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("first");
  }
}
