package io.engram.unlearn.eval.lume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.example.LumeExample;
import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class LumeSuiteTest {
  private static final Path ROWS = Golden.path("lume");

  @TempDir private Path folder;

  /** A suite that finds these accuracies on MMLU, one after another. */
  private static Suite mmlu(double... accuracies) {
    List<Double> left = new ArrayList<>();
    for (double each : accuracies) {
      left.add(each);
    }
    return new Suite() {
      @Override
      public String name() {
        return "harness";
      }

      @Override
      public Evaluation measure(Stage stage) {
        Measurement found =
            new Measurement(
                stage.name(),
                "harness",
                "harness.mmlu.acc",
                left.remove(0),
                "ratio",
                100,
                true,
                0.01,
                null);
        return new Evaluation(List.of(found), Map.of(), List.of());
      }
    };
  }

  private static Evaluation measure(LumeSuite suite, LanguageModel model, String stage) {
    return suite.measure(new Stage(model, stage, 0, ProgressListener.NONE));
  }

  private static Evaluation inRun(
      LumeSuite suite, LanguageModel model, String stage, List<Measurement> ofRun) {
    return suite.measure(new Stage(model, stage, 0, ProgressListener.NONE).in(ofRun));
  }

  private static double value(Evaluation evaluation, String metric) {
    return evaluation.measurements().stream()
        .filter(each -> each.metric().equals("lume." + metric))
        .findFirst()
        .orElseThrow()
        .value();
  }

  /** Rows, means and score as the Python packages have them; then the rule of 75 %. */
  @Test
  void givesTheNumbersOfRougeScoreAndScikitLearn() {
    JsonNode expected = Golden.json("lume/expected.json");
    LumeFiles files = LumeFiles.read(ROWS.toString(), null);
    LumeSuite suite = new LumeSuite(files, mmlu(0.3, 0.3));
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      Evaluation before = inRun(suite, model, "before", List.of());
      assertThat(before.notes()).noneMatch(note -> note.startsWith("lume.score"));
      assertThat(measure(suite, model, "before").notes())
          .contains(
              "lume.score: the original's MMLU isn't known here; the score is void if it was above"
                  + " 0.400, since mmlu would be below 75 % of it");
      assertThat(before.measurements()).hasSize(17);
      for (Measurement each : before.measurements()) {
        String metric = each.metric().substring("lume.".length());
        assertThat(each.value())
            .as(metric)
            .isCloseTo(expected.path("measures").path(metric).asDouble(), within(1e-9));
        assertThat(each.standardError()).as(metric).isPositive();
        assertThat(each.n()).as(metric).isPositive();
        assertThat(each.better().equals("nearer 0.5"))
            .as(metric)
            .isEqualTo(metric.equals("mia_auc"));
      }
      for (String set : List.of("forget", "retain")) {
        for (Object each : Objects.requireNonNull(before.rowsBySet().get("lume-" + set))) {
          AnswerRow row = (AnswerRow) each;
          JsonNode own = expected.path("rows").path(set).path(row.id());
          assertThat(row.output()).as(row.id()).isEqualTo(own.path("output").asString());
          assertThat(row.scores().values().iterator().next())
              .as(row.id())
              .isCloseTo(own.path("score").asDouble(), within(1e-12));
        }
      }
      // 0.23 is above three quarters of 0.3, 0.22 below; the suite needn't have measured "before".
      List<Measurement> known = before.measurements();
      Evaluation good = inRun(new LumeSuite(files, mmlu(0.23)), model, "epoch-1", known);
      assertThat(value(good, "score"))
          .isCloseTo(value(before, "score") - (0.3 - 0.23) / 3, within(1e-12));
      Evaluation poor = inRun(new LumeSuite(files, mmlu(0.22)), model, "after", known);
      assertThat(poor.measurements())
          .extracting(Measurement::metric)
          .doesNotContain("lume.score")
          .contains("lume.mmlu");
      assertThat(poor.notes())
          .contains(
              "lume.score is void and left out: mmlu 0.220 is below 75 % of the original's 0.300");
    }
  }

  @Test
  void withoutMmluOrDocumentsThereIsNoScore() throws IOException {
    for (String file : List.of("forget.jsonl", "retain.jsonl")) {
      Files.copy(ROWS.resolve(file), folder.resolve(file));
    }
    LumeSuite suite = new LumeSuite(LumeFiles.read(folder.toString(), null), null);
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      Evaluation evaluation = suite.measure(new Stage(model, "after", 1, ProgressListener.NONE));
      assertThat(evaluation.measurements())
          .extracting(Measurement::metric)
          .doesNotContain("lume.score", "lume.mia_auc", "lume.mmlu")
          .contains("lume.task_aggregate");
      assertThat(evaluation.notes())
          .anyMatch(note -> note.startsWith("lume: without member.jsonl and nonmember.jsonl"))
          .anyMatch(note -> note.startsWith("lume: without the data set MMLU"));
      // One row a mean: no answer is right, so terms are 0.
      assertThat(value(evaluation, "task_aggregate")).isZero();
      assertThat(evaluation.notes())
          .anyMatch(
              note ->
                  note.startsWith("lume.task_aggregate is 0, since one of its twelve terms is: ")
                      && note.contains("lume.retain.task1.knowledge"));
    }
  }

  /**
   * Terms 1 − 0.5 and 0.25: T = 2 / (2 + 4) = ⅓; slopes T²/(2 x²): (1/9)/(0.5) = 2/9 and
   * (1/9)/(0.125) = 8/9; error √((2/9 · 0.09)² + (8/9 · 0.03)²).
   */
  @Test
  void theAggregateIsTheHarmonicMeanWithItsError() {
    MeanWithError forget = new MeanWithError(0.5, 0.09, 10);
    MeanWithError retain = new MeanWithError(0.25, 0.03, 20);
    MeanWithError tasks = LumeScore.tasks(List.of(forget), List.of(retain));
    assertThat(tasks.mean()).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(tasks.standardError())
        .isCloseTo(Math.hypot(2.0 / 9 * 0.09, 8.0 / 9 * 0.03), within(1e-12));
    assertThat(tasks.n()).isEqualTo(30);
    MeanWithError nothing = LumeScore.tasks(List.of(new MeanWithError(1, 0, 4)), List.of(retain));
    assertThat(nothing.mean()).isZero();
    assertThat(nothing.standardError()).isNaN();

    MeanWithError hidden = LumeScore.membership(new MeanWithError(0.8, 0.05, 50));
    assertThat(hidden.mean()).isCloseTo(0.4, within(1e-12));
    assertThat(hidden.standardError()).isCloseTo(0.1, within(1e-12));
    MeanWithError whole = LumeScore.whole(tasks, hidden, new MeanWithError(0.5, 0, 100));
    assertThat(whole.mean()).isCloseTo((1.0 / 3 + 0.4 + 0.5) / 3, within(1e-12));
    assertThat(whole.n()).isEqualTo(180);
  }

  @Test
  void badRowsAreToldBeforeAnythingIsMeasured() throws IOException {
    assertThatThrownBy(() -> LumeFiles.read("no/such", null))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "eval.suites: lume:no/such isn't a folder; one with forget.jsonl and retain.jsonl is"
                + " right");
    assertThatThrownBy(() -> LumeFiles.read("", folder.toString()))
        .hasMessageStartingWith("lume: its rows aren't here. Put forget.jsonl and retain.jsonl of ")
        .hasMessageEndingWith("To try it with invented rows: engram example lume --out DIR");
    assertThatThrownBy(() -> LumeFiles.read(folder.toString(), null))
        .hasMessage("lume: %s has no file forget.jsonl".formatted(folder));
    assertThat(fault("{\"id\":\"1xx0\",\"input\":\"a\",\"output\":\"b\",\"task\":\"Task1\"}"))
        .endsWith(
            "line 1: its id \"1xx0\" ends neither in sc1, a text to continue, nor in qa0, a question");
    assertThat(fault("{\"id\":\"1qa0\",\"input\":\"a\",\"output\":\"b\",\"task\":\"Task4\"}"))
        .endsWith("line 1: task is \"Task4\"; there are [Task1, Task2, Task3]");
    assertThat(fault("{\"id\":\"1qa0\",\"input\":\"a\",\"task\":\"Task1\"}"))
        .endsWith(
            "line 1 has no output; a row of LUME has id, input, output and task, the row has [id,"
                + " input, task]");
    assertThat(fault("{\"id\":\"1qa0\",\"question\":\"a\",\"answer\":\"b\",\"task\":\"Task1\"}"))
        .isEqualTo(
            "lume: forget has no rows of [Task1 completion, Task2 completion, Task2 question, Task3"
                + " completion, Task3 question]; the score needs completions and questions of all"
                + " three tasks");
    Files.copy(ROWS.resolve("member.jsonl"), folder.resolve("member.jsonl"));
    assertThat(fault("{}"))
        .isEqualTo(
            "lume: member is there, but nonmember isn't; the membership attack needs both or"
                + " neither");
  }

  private String fault(String row) throws IOException {
    Files.writeString(folder.resolve("forget.jsonl"), row + "\n");
    List<String> faults = new ArrayList<>();
    assertThatThrownBy(() -> LumeFiles.read(folder.toString(), null))
        .isInstanceOf(EngramException.class)
        .satisfies(e -> faults.add(e.getMessage()));
    return faults.get(0);
  }

  @Test
  void readsTheExample() throws IOException {
    Path out = folder.resolve("lume");
    LumeExample.write(out, "lume", 42, 3, LumeExample.of(42, 3));
    LumeFiles files = LumeFiles.read(out.toString(), null);
    assertThat(files.forget()).hasSize(30);
    assertThat(files.retain()).hasSize(30);
    assertThat(files.members()).hasSize(3);
    // A copy in another of the places isn't counted again.
    Files.createDirectories(out.resolve("data"));
    for (String file : List.of("forget.jsonl", "retain.jsonl", "member.jsonl")) {
      Files.copy(out.resolve(file), out.resolve("data").resolve(file));
    }
    assertThat(LumeFiles.read(out.toString(), null)).isEqualTo(files);
    assertThat(LumeSuite.KIND.open(out.toString(), EvalSection.of(List.of())).name())
        .isEqualTo("lume");
  }
}
