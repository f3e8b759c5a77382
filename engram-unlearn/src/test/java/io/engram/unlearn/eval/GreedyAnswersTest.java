package io.engram.unlearn.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.EngramHome;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.suites.Suites;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Answers on mini; what is asked is what a progress listener hears of. */
@Tag("recipe")
class GreedyAnswersTest {
  private static final String QUESTION = "What is the profession of Hsiao Yun-Hwa's father?";
  private static LanguageModel model;

  @BeforeAll
  static void open() {
    model = TinyModels.open(EngramHome.resolve("models/mini"), Dtype.FLOAT32);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  /** Hears how many questions each stage called "Answers" has. */
  private static final class Heard implements ProgressListener {
    private final List<Long> asked = new ArrayList<>();

    @Override
    public void start(String what, long total, String unit) {
      if (what.equals("Answers")) {
        asked.add(total);
      }
    }

    @Override
    public void advance(long done) {}

    @Override
    public void finish() {}
  }

  private static GreedyAnswers fresh() {
    return new GreedyAnswers(model);
  }

  @Test
  void answersAreBoundedWithTheirPrompt() {
    List<String> once = List.of(QUESTION);
    int prompt = model.samples().promptOf(QUESTION).length;
    Map<String, String> long200 =
        fresh().of(List.of(QUESTION, QUESTION), 200, ProgressListener.NONE);
    assertThat(long200).hasSize(1);
    Map<String, String> short3 = fresh().of(once, prompt + 3, ProgressListener.NONE);
    assertThat(long200.get(QUESTION))
        .startsWith(short3.get(QUESTION))
        .isNotEqualTo(short3.get(QUESTION));
    assertThat(fresh().ofNewTokens(once, 3, ProgressListener.NONE)).isEqualTo(short3);
    assertThat(fresh().ofNewTokens(once, 100_000, ProgressListener.NONE))
        .as("the model's end token ends it")
        .isEqualTo(long200);
    assertThat(fresh().of(once, prompt, ProgressListener.NONE))
        .containsExactly(Map.entry(QUESTION, ""));
    assertThat(fresh().hasRoom(QUESTION, prompt)).isFalse();
    assertThat(fresh().hasRoom(QUESTION, prompt + 1)).isTrue();
    assertThat(fresh().hasRoom(QUESTION, Integer.MAX_VALUE)).isTrue();
    assertThat(fresh().hasRoom(QUESTION.repeat(100), Integer.MAX_VALUE)).isFalse();
  }

  @Test
  void whatEndedByItselfIsNotAskedAgain() {
    Heard heard = new Heard();
    GreedyAnswers answers = fresh();
    Map<String, String> first = answers.of(List.of(QUESTION), 200, heard);
    assertThat(answers.ofNewTokens(List.of(QUESTION), 200, heard)).isEqualTo(first);
    assertThat(answers.ofNewTokens(List.of(QUESTION), 4, heard))
        .as("cut")
        .isEqualTo(fresh().ofNewTokens(List.of(QUESTION), 4, ProgressListener.NONE));
    assertThat(heard.asked).containsExactly(1L);
  }

  @Test
  void whatWasCutIsAskedAgainWhereMoreMayCome() {
    Heard heard = new Heard();
    GreedyAnswers answers = fresh();
    Map<String, String> cut = answers.ofNewTokens(List.of(QUESTION), 4, heard);
    assertThat(answers.ofNewTokens(List.of(QUESTION), 4, heard)).isEqualTo(cut);
    assertThat(answers.ofNewTokens(List.of(QUESTION, "Who are you?"), 5, heard).get(QUESTION))
        .startsWith(cut.get(QUESTION));
    assertThat(heard.asked).containsExactly(1L, 2L);
  }

  /** 16 original and 8 paraphrased questions of tofu; nothing is left for the benchmarks to ask. */
  @Test
  void suitesOfTheSameQuestionsAskThemOnce() {
    List<String> names =
        List.of(
            "tofu:forget01", "tofu_benchmark:forget01", "tofu_benchmark_public_labels:forget01");
    Heard heard = new Heard();
    GreedyAnswers shared = fresh();
    for (Suite suite : Suites.of(EvalSection.of(names))) {
      Evaluation together = suite.measure(new Stage(model, "before", 4, shared, heard, null));
      Evaluation alone = suite.measure(new Stage(model, "before", 4, ProgressListener.NONE));
      assertThat(together.rowsBySet()).isEqualTo(alone.rowsBySet());
      assertThat(together.measurements()).isEqualTo(alone.measurements());
    }
    assertThat(heard.asked).containsExactly(24L);
  }
}
