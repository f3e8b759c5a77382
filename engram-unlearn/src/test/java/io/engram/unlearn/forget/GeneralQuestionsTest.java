package io.engram.unlearn.forget;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.ProgressListener;
import io.engram.core.run.ForgetPlan;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Sample.Asked;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.testkit.Golden;
import io.engram.unlearn.eval.GreedyAnswers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples to keep where none are given. */
class GeneralQuestionsTest {
  private static final List<Sample> REQUESTS =
      List.of(
          Sample.of("r0", "What is the capital of France?", "The capital of France is Paris."),
          Sample.of("r1", "WHO WROTE '1984'? ", "Somebody."));

  @TempDir Path folder;

  private static String question(Sample sample) {
    return ((Asked) sample.content()).question();
  }

  @Test
  void whatRequestsAskOrSayIsLeftOut() {
    List<Sample> all = SampleSource.load(GeneralQuestions.SOURCES);
    assertThat(all).anyMatch(s -> ((Asked) s.content()).answer().equals("Paris"));
    List<Sample> chosen = GeneralQuestions.chosen(REQUESTS, 42);
    assertThat(chosen).hasSize(100).doesNotHaveDuplicates().isSubsetOf(all);
    assertThat(chosen).noneMatch(s -> ((Asked) s.content()).answer().equals("Paris"));
    Sample asked = all.get(7);
    List<Sample> asks =
        List.of(Sample.of("r", "  " + question(asked).toUpperCase(java.util.Locale.ROOT), "x"));
    for (long seed = 0; seed < 5; seed++) {
      assertThat(GeneralQuestions.chosen(asks, seed)).doesNotContain(asked);
    }
    assertThat(GeneralQuestions.chosen(List.of(), 1)).isNotEqualTo(chosen);
  }

  @Test
  void aSentenceThatWasCutOffIsLeftOut() {
    assertThat(GeneralQuestions.whole("It is Paris. The city lies on the"))
        .isEqualTo("It is Paris.");
    assertThat(GeneralQuestions.whole("He said \"no.\" Then he")).isEqualTo("He said \"no.\"");
    assertThat(GeneralQuestions.whole("Paris")).isEqualTo("Paris");
    assertThat(GeneralQuestions.whole("A. B.")).isEqualTo("A. B.");
    assertThat(GeneralQuestions.whole("3.5 million people live in"))
        .isEqualTo("3.5 million people live in");
  }

  @Test
  void theModelsOwnAnswersAreKept() {
    try (LanguageModel model =
        LanguageModel.open(Golden.model("with-tokenizer").toString(), ModelOptions.defaults())) {
      GeneralQuestions.write(folder, model, REQUESTS, 42, ProgressListener.NONE);
      List<Sample> kept = SampleSource.load(folder.resolve(ForgetPlan.GENERAL).toString(), null, 0);
      List<Sample> chosen = GeneralQuestions.chosen(REQUESTS, 42);
      assertThat(kept)
          .extracting(GeneralQuestionsTest::question)
          .containsExactlyElementsOf(chosen.stream().map(GeneralQuestionsTest::question).toList());
      String first = question(kept.get(0));
      String own =
          new GreedyAnswers(model)
              .ofNewTokens(List.of(first), 32, ProgressListener.NONE)
              .getOrDefault(first, "");
      Asked given = (Asked) chosen.get(0).content();
      assertThat(((Asked) kept.get(0).content()).answer())
          .isEqualTo(own.isBlank() ? given.answer() : GeneralQuestions.whole(own));
      assertThat(kept.get(0).id()).isEqualTo("general-" + chosen.get(0).id());
    }
  }
}
