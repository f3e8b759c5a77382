package io.engram.unlearn.eval.text;

import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.YamlMutator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile files of a corpus of one's own, with its texts beside it. */
class CorpusFuzzTest {
  @TempDir Path folder;

  @Test
  void corpora() throws Exception {
    for (String name : new String[] {"shown", "asked"}) {
      Files.writeString(
          folder.resolve(name + ".jsonl"), "{\"question\": \"Who?\", \"answer\": \"Ishmael\"}\n");
    }
    for (String name : new String[] {"forget", "retain", "holdout"}) {
      StringBuilder rows = new StringBuilder();
      for (int i = 0; i < 3; i++) {
        rows.append("{\"text\": \"").append((name + i + " ").repeat(20)).append("\"}\n");
      }
      Files.writeString(folder.resolve(name + ".jsonl"), rows);
    }
    String valid =
        """
        corpus: own
        title: a corpus of one's own
        forget: {files: forget.jsonl, rows: [0, 2]}
        retain: {files: "retain{.jsonl,.json}"}
        holdout: {files: holdout.jsonl, rows: [1, 3]}
        verbatim: {prompt_tokens: 64}
        knowledge:
          prompt: "Question: {{question}}\\nAnswer:"
          forget: {files: asked.jsonl, shots: shown.jsonl}
        note: >-
          none
        """;
    Path file = folder.resolve("own.yaml");
    Fuzz.run(
        "corpus",
        1,
        valid.getBytes(StandardCharsets.UTF_8),
        new YamlMutator(valid),
        bytes -> CorpusFiles.read(Files.write(file, bytes).toString(), null));
  }
}
