package io.engram.unlearn.eval.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

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
import java.util.Objects;
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
    assertThatThrownBy(() -> open(TASK.replace("count: 1", "count: -1")))
        .hasMessageContaining("shots.count is -1; 0 or more is right");
    assertThatThrownBy(() -> open(TASK.replace("data: {", "data: {mend: wiki, ")))
        .hasMessageContaining(
            "data.mend is wiki; there are [hellaswag, winogrande, truthfulqa, wikitext]");
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

  private static final String CHOICES =
      """
      task: banks
      data: {layouts: [{files: banks.jsonl, examples: shown.jsonl}]}
      prompt: "{{q}}"
      choices: {texts: ["left", "right"]}
      target: {column: right}
      metrics: [acc]
      """;

  @Test
  void metricsThatAKindDoesNotHaveAreTold() {
    for (String metrics : List.of("[acc_normalized, f1]", "[acc, f1]", "[word_perplexity]")) {
      assertThatThrownBy(() -> open(CHOICES.replace("[acc]", metrics)))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining(
              "metrics is %s; the kind choices has [acc, acc_norm]".formatted(metrics));
    }
    assertThatThrownBy(() -> open(CHOICES.replace("[acc]", "[null]")))
        .hasMessageContaining("metrics is [null]; the kind choices has [acc, acc_norm]");
    assertThatThrownBy(() -> open(CHOICES.replace("[acc]", "[acc, acc_norm]\nkind: mass")))
        .hasMessageContaining("metrics is [acc, acc_norm]; the kind mass has [acc]");
    assertThatThrownBy(() -> open(CHOICES + "kind: rolling\n"))
        .hasMessageContaining(
            "metrics is [acc]; the kind rolling has [word_perplexity, byte_perplexity,"
                + " bits_per_byte]");
  }

  @Test
  void templatesThatAreNoneAreTold() {
    assertThatThrownBy(
            () ->
                open(
                    CHOICES.replace("\"left\"", "\"{{q\"")
                        + "description: \"{% if %}\"\ncontinuation: \"{{ | }}\"\n"))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("description isn't a template: ")
        .hasMessageContaining("choices.texts[0] isn't a template: ")
        .hasMessageContaining("continuation isn't a template: ");
    assertThatThrownBy(() -> open(TASK.replace("{column: a}", "{text: \"{{a\"}")))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("generate.answer.text isn't a template: ");
  }

  /**
   * Python's {@code random.Random(1234).sample(range(6), 2)}, three times: [3, 0], [0, 5], [4, 0].
   */
  @Test
  void examplesAreDrawnForChoicesAsForWrittenAnswers() throws IOException {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      shown.append("{\"q\": \"s%d\", \"a\": \"left\", \"right\": 0}\n".formatted(i));
    }
    write("shown.jsonl", shown.toString());
    String rows = "{\"q\": \"q%d\", \"a\": \"left\", \"right\": 0}\n";
    write("banks.jsonl", rows.formatted(0) + rows.formatted(1) + rows.formatted(2));
    write("rivers.jsonl", rows.formatted(0) + rows.formatted(1) + rows.formatted(2));
    String drawn = "shots: {count: 2, draw: sampled}\n";
    List<String> contexts =
        documents(CHOICES + drawn).documents().stream()
            .map(each -> each.contexts().get(0).replace("\n\n", "|"))
            .toList();
    assertThat(contexts).isEqualTo(SAMPLED);
    String written = TASK.replace("shots: {count: 1}\n", drawn).replace("Q: {{q}}\\nA:", "{{q}}");
    assertThat(documents(written).asked())
        .extracting(each -> each.prompt().replace("\n\n", "|"))
        .isEqualTo(SAMPLED);
    assertThat(documents(CHOICES + "shots: {count: 2}\n").documents())
        .allSatisfy(
            each -> assertThat(each.contexts().get(0)).startsWith("s0 left\n\ns1 left\n\nq"));
  }

  private static final List<String> SAMPLED =
      List.of("s3 left|s0 left|q0", "s0 left|s5 left|q1", "s4 left|s0 left|q2");

  private RunDocuments.Part documents(String task) throws IOException {
    Path file = write("task.yaml", task);
    Selection.Run run = Selection.of(file.toString()).runs().get(0);
    return RunDocuments.read(run, new DatasetFolder(null, null), 0).parts().get(0);
  }

  /** 4 rows in part x, 2 in y, 1 in z; group a has x and y, b has y and z. */
  @Test
  void aPartInTwoGroupsIsMeasuredOnce() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (String part : List.of("x", "x", "x", "x", "y", "y", "z")) {
      rows.append("{\"q\": \"so\", \"right\": 0, \"part\": \"%s\"}\n".formatted(part));
    }
    write("banks.jsonl", rows.toString());
    String task =
        CHOICES.replace("examples: shown.jsonl", "part_column: part")
            + "parts: {a: [x, y, x], b: [y, z]}\n";
    Evaluation evaluation = measured(task);
    assertThat(evaluation.measurements())
        .extracting(Measurement::metric, Measurement::n)
        .containsExactly(
            tuple("harness.banks.a.acc", 6),
            tuple("harness.banks.b.acc", 3),
            tuple("harness.banks.acc", 7));
    assertThat(Objects.requireNonNull(evaluation.rowsBySet().get("harness_banks"))).hasSize(7);
    Evaluation counted =
        measured(
            "higher_is_better: false\nchance: 0.5\n"
                + task.replace("data: {layouts", "data: {rows: 7, layouts"));
    assertThat(counted.notes())
        .contains(
            "banks: lower is better, for it's knowledge that is to be forgotten; 0.5 is chance");
    assertThat(counted.notes()).noneMatch(note -> note.contains("the original 7"));
    assertThatThrownBy(() -> open(task.replace("[y, z]", "[]")))
        .hasMessageContaining("parts.b is []; a list of names is right");
  }

  private Evaluation measured(String task) throws IOException {
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      return open(task).measure(new Stage(model, "before", 0, ProgressListener.NONE));
    }
  }

  private static final String TEXTS =
      """
      task: letters
      kind: rolling
      data: {layouts: [{files: letters.jsonl}]}
      metrics: [word_perplexity, bits_per_byte]
      """;

  /** " , " is a trace of tokenisation in WikiText, and a text like any other elsewhere. */
  @Test
  void textsAreReadAsTheyAre() throws IOException {
    String page = "one , two . three";
    write("letters.jsonl", "{\"text\": \"%s\"}\n".formatted(page));
    Evaluation own = measured(TEXTS);
    assertThat(own.measurements())
        .extracting(Measurement::metric, Measurement::better)
        .containsExactly(
            tuple("harness.letters.word_perplexity", "lower"),
            tuple("harness.letters.bits_per_byte", "lower"));
    write("letters.jsonl", "{\"page\": \"%s\", \"text\": \"no\"}\n".formatted(page));
    assertThat(measured(TEXTS).rowsBySet()).isEqualTo(own.rowsBySet());
    Evaluation wiki = measured(TEXTS.replace("data: {", "data: {mend: wikitext, "));
    Perplexity.Row plain = page(own);
    Perplexity.Row mended = page(wiki);
    assertThat(mended.tokens()).isLessThan(plain.tokens());
    assertThat(plain.words()).isEqualTo(5).isEqualTo(mended.words());
    assertThat(plain.bytes()).isEqualTo(17).isEqualTo(mended.bytes());
    write("letters.jsonl", "{\"body\": \"one\"}\n");
    assertThatThrownBy(() -> open(TEXTS))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(
            "has no text; the kind rolling reads the column page, or else text, the row has"
                + " [body]");
  }

  private static Perplexity.Row page(Evaluation evaluation) {
    List<?> rows = Objects.requireNonNull(evaluation.rowsBySet().get("harness_letters"));
    return (Perplexity.Row) rows.get(0);
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
