package io.engram.model.fuzz;

import io.engram.core.sample.Sample;
import io.engram.model.text.ChatTemplate;
import io.engram.model.text.Tokenizer;
import io.engram.testkit.Golden;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile tokenizers and chat templates. */
class TextFuzzTest {
  private static final String TEXT = "The cat, née Ünder 12 🙂 <s> </s>";

  private static final Path CHAT =
      Path.of(System.getProperty("engram.root", ".."))
          .resolve("engram-jinja/src/test/resources/golden/chat/templates");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"llama/with-tokenizer", "encoder/sentence-roberta", "encoder/toxic-bert"})
  void tokenizers(String name) throws Exception {
    Path valid = Golden.path(name + "/tokenizer.json");
    Path file = folder.resolve("tokenizer.json");
    Fuzz.run(
        name + " tokenizer.json",
        1,
        Files.readAllBytes(valid),
        new JsonMutator(Files.readString(valid)),
        bytes -> {
          Files.write(file, bytes);
          tokenize();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpe-bytes", "unigram"})
  void sentencePieces(String name) throws Exception {
    byte[] valid = Files.readAllBytes(Golden.path("sentencepiece/" + name + "/tokenizer.model"));
    Path file = folder.resolve("tokenizer.model");
    Fuzz.run(
        name + " tokenizer.model",
        0.3,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> {
          Files.write(file, bytes);
          tokenize();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"chatml", "gemma3", "language", "llama31", "qwen3"})
  void chatTemplates(String name) throws Exception {
    byte[] valid = Files.readAllBytes(CHAT.resolve(name + ".jinja"));
    Path file = folder.resolve("chat_template.jinja");
    Fuzz.run(
        name,
        1,
        valid,
        new ByteMutator(valid, valid.length),
        bytes -> {
          Files.write(file, bytes);
          ChatTemplate template = ChatTemplate.ChatTemplateFiles.open(folder);
          template.render("x", new Sample.QuestionAnswer(TEXT, "An answer."));
        });
  }

  private void tokenize() {
    try (Tokenizer tokenizer = Tokenizer.open(folder, 0)) {
      tokenizer.decode(tokenizer.encode(TEXT));
    }
  }
}
