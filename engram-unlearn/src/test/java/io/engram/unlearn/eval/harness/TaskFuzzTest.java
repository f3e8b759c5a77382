package io.engram.unlearn.eval.harness;

import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.YamlMutator;
import io.engram.unlearn.eval.EvalSection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile files of a task of one's own. */
class TaskFuzzTest {
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

  @TempDir Path folder;

  /** With the rows beside it, which are read, too. */
  @Test
  void tasks() throws Exception {
    Files.writeString(folder.resolve("shown.jsonl"), "{\"q\": \"Where?\", \"a\": \"There.\"}\n");
    Files.writeString(folder.resolve("rivers.jsonl"), "{\"q\": \"Which?\", \"a\": \"Elbe\"}\n");
    fuzz("rivers", TASK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"boolq", "wikitext", "mmlu"})
  void builtInTasks(String name) throws Exception {
    try (var in = HarnessTasks.class.getResourceAsStream(name + ".yaml")) {
      fuzzFile(name, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private void fuzz(String name, String valid) throws Exception {
    Path file = folder.resolve(name + ".yaml");
    EvalSection settings = EvalSection.of(List.of());
    Fuzz.run(
        "task " + name,
        1,
        valid.getBytes(StandardCharsets.UTF_8),
        new YamlMutator(valid),
        bytes -> HarnessSuite.KIND.open(Files.write(file, bytes).toString(), settings));
  }

  private void fuzzFile(String name, String valid) throws Exception {
    Path file = folder.resolve(name + ".yaml");
    Fuzz.run(
        "task " + name,
        0.5,
        valid.getBytes(StandardCharsets.UTF_8),
        new YamlMutator(valid.replaceAll("(?m) *#.*$", "")),
        bytes -> HarnessTasks.open(Files.write(file, bytes)));
  }
}
