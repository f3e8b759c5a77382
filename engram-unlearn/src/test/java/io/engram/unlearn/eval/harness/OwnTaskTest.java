package io.engram.unlearn.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.Measurement;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.generative.KnownKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Tasks in files of one's own. */
class OwnTaskTest {
  private static final String TASK =
      """
      task: rivers
      title: Questions about rivers
      kind: generate
      data: {layouts: [{files: rivers.jsonl, examples: shown.jsonl}]}
      prompt: "Q: {{q}}\\nA:"
      shots: {count: 1}
      generate:
        answer: {column: a}
        max_new_tokens: 6
        stop: ["\\n"]
        scores:
          - {name: exact, score: exact_match, strip: both, ignore_case: true}
          - {name: recall, score: rouge_l_recall, stem: true}
      """;

  @TempDir private Path folder;

  private Path write(String file, String text) throws IOException {
    return Files.writeString(folder.resolve(file), text);
  }

  private Suite open(String task) throws IOException {
    Path file = write("rivers.yaml", task);
    EvalSection settings = EvalSection.of(List.of());
    return HarnessSuite.KIND.open(file.toString(), settings);
  }

  @Test
  void aFolderWithoutANameAndFilesThatAreNoPatternAreTold() throws IOException {
    String folders = TASK.replace("data: {layouts", "data: {folders: [null], layouts");
    assertThatThrownBy(() -> open(folders))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("data.folders: each must be a path, and one is empty");
    assertThatThrownBy(() -> open(TASK.replace("files: rivers.jsonl", "files: '{{q}}'")))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("\"{{q}}\" is not a pattern for names of files: ");
  }

  @Test
  void measuresRowsBesideTheFile() throws IOException {
    write(
        "rivers.jsonl",
        "{\"q\": \"which\", \"a\": \"the Tarn\"}\n{\"q\": \"who\", \"a\": [\"x\", \"y\"]}\n");
    write("shown.jsonl", "{\"q\": \"where\", \"a\": \"here\"}\n");
    Evaluation evaluation;
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      evaluation = open(TASK).measure(new Stage(model, "before", 0, ProgressListener.NONE));
    }
    assertThat(evaluation.measurements())
        .extracting(Measurement::metric)
        .containsExactly("harness.rivers.exact", "harness.rivers.recall");
    assertThat(evaluation.measurements()).extracting(Measurement::n).containsOnly(2);
    assertThat(evaluation.rowsBySet()).containsOnlyKeys("harness_rivers");
    RunDocuments documents =
        RunDocuments.read(
            Selection.of(folder.resolve("rivers.yaml").toString()).runs().get(0),
            new DatasetFolder(null, null),
            0);
    assertThat(documents.parts().get(0).asked().get(1).prompt())
        .isEqualTo("Q: where\nA: here\n\nQ: who\nA:");
    assertThat(documents.parts().get(0).asked().get(1).answers()).containsExactly("x", "y");
  }

  @Test
  void everyFaultOfAFileIsToldAtOnce() throws IOException {
    String wrong =
        TASK.replace("prompt:", "promt:")
            .replace("exact_match", "exact")
            .replace("max_new_tokens: 6", "max_new_tokens: many")
            .replace("count: 1", "count: 1, seed: 3");
    assertThatThrownBy(() -> open(wrong))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("promt: there is no such key; nearest is prompt, all are [task, ")
        .hasMessageContaining("shots.seed: there is no such key; nearest is ")
        .hasMessageContaining("generate.max_new_tokens is \"many\"; a whole number is right")
        .hasMessageContaining(
            "generate.scores[0].score is \"exact\"; there are [exact_match, rouge_l_recall,"
                + " rouge_l_f1, rouge_1_recall]");
  }

  @Test
  void whatDoesNotFitTogetherIsTold() throws IOException {
    String wrong =
        TASK.replace(", examples: shown.jsonl", "")
            .replace("answer: {column: a}", "answer: {}")
            .replace("max_new_tokens: 6", "max_new_tokens: 0")
            .replace("[\"\\n\"]", "[\"\"]")
            .replace("name: recall", "name: exact")
            .replace("strip: both", "find: {pattern: \"(\"}");
    assertThatThrownBy(() -> open(wrong))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("shots.count is 1, but no layout names files of examples")
        .hasMessageContaining("generate.answer needs either text, a template, or column")
        .hasMessageContaining("generate.max_new_tokens must be 1 or more")
        .hasMessageContaining("generate.stop has an empty text; every answer contains it")
        .hasMessageContaining("generate.scores[0]: ( isn't a regular expression: ")
        .hasMessageContaining("generate.scores[1]: another has the name exact");
    assertThatThrownBy(() -> open("task: x\nkind: generate\n"))
        .hasMessageContaining("data.layouts is missing")
        .hasMessageContaining("generate is missing; the kind generate needs answer,");
    assertThatThrownBy(() -> open("- task"))
        .hasMessageContaining("the file is [\"task\"]; keys and their values are right: [task, ");
  }

  @Test
  void missingRowsAndExamplesAreToldBeforeAnythingIsMeasured() throws IOException {
    assertThatThrownBy(() -> open(TASK))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "harness: the task rivers can't be measured: %s has no file rivers.jsonl"
                .formatted(folder.toAbsolutePath()));
    write("rivers.jsonl", "{\"q\": \"which\", \"a\": \"the Tarn\"}\n");
    assertThatThrownBy(() -> open(TASK))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "harness: 1 examples are to go before each question of rivers; shown.jsonl has 0");
    write("shown.jsonl", "{\"q\": \"where\", \"a\": \"here\"}\n");
    write("rivers.jsonl", "{\"q\": \"which\"}\n");
    assertThatThrownBy(() -> open(TASK)).hasMessageContaining("has no column a; the task rivers");
  }

  /** An answer's limit above the model's window. */
  @Test
  void aWindowWithoutRoomForAQuestionIsTold() throws IOException {
    write("rivers.jsonl", "{\"q\": \"which\", \"a\": \"the Tarn\"}\n");
    write("shown.jsonl", "{\"q\": \"where\", \"a\": \"here\"}\n");
    Suite suite = open(TASK.replace("max_new_tokens: 6", "max_new_tokens: 4000"));
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      assertThatThrownBy(() -> suite.measure(new Stage(model, "before", 0, ProgressListener.NONE)))
          .isInstanceOf(EngramException.class)
          .hasMessage(
              "rivers: an answer may have 4000 tokens, which leaves no room for a question in the"
                  + " model's window of 2048");
    }
  }

  @Test
  void theTasksOfTheHarnessHaveNoFaults() {
    Map<String, TaskSpec> all = HarnessTasks.all();
    all.values().forEach(task -> assertThat(TaskCheck.task(task)).as(task.task()).isEmpty());
    for (String name : all.keySet()) {
      JsonNode tree =
          YAMLMapper.shared().readTree(HarnessTasks.class.getResourceAsStream(name + ".yaml"));
      assertThat(KnownKeys.faults(tree, TaskSpec.class)).as(name).isEmpty();
    }
  }
}
