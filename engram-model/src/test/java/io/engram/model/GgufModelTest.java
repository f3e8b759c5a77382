package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.testkit.Golden;
import io.engram.testkit.model.GgufConversion;
import io.engram.testkit.model.TinyModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A tiny Llama written as GGUF: opened as a file and as a folder, scored, saved. */
class GgufModelTest {
  private static final String SOURCE = "llama/with-tokenizer";

  @TempDir Path folder;
  private Path gguf;

  @BeforeEach
  void write() throws IOException {
    gguf = folder.resolve("tiny.gguf");
    Files.write(gguf, GgufConversion.plain(Golden.path(SOURCE)).bytes());
    for (String name : List.of("config.json", "tokenizer.json")) {
      Files.copy(Golden.path(SOURCE + "/" + name), folder.resolve(name));
    }
  }

  private static void assertScores(String model) {
    try (LanguageModel opened = LanguageModel.open(model, ModelOptions.defaults())) {
      Scorer scorer = new Scorer(opened);
      for (JsonNode one : Golden.json(SOURCE + "/expected.json").path("sequences")) {
        if (one.path("ids").size() > 1) {
          assertThat(
                  scorer
                      .logProbs(
                          List.of(TinyModels.whole("x", one.path("ids"))), ProgressListener.NONE)
                      .get(0))
              .containsExactly(Golden.doubles(one.path("log_probs")), within(2e-5));
        }
      }
    }
  }

  @Test
  void opensByFileAndByFolderAndScoresAsTheModelItWasMadeFrom() {
    assertScores(gguf.toString());
    assertScores(folder.toString());
  }

  @Test
  void savesAHuggingFaceFolderThatOpensWithoutTheGguf() throws IOException {
    Path saved = folder.resolve("saved");
    try (LanguageModel model = LanguageModel.open(gguf.toString(), ModelOptions.defaults())) {
      assertThat(model.dtype()).isEqualTo(Dtype.FLOAT32);
      assertThat(model.tokenizer().encode("the author")).isNotEmpty();
      model.save(saved);
    }
    assertThat(saved.resolve("model.safetensors")).exists();
    assertThat(saved.resolve("tokenizer.json")).exists();
    assertThat(saved.resolve("tiny.gguf")).doesNotExist();
    assertScores(saved.toString());
    // Beside safetensors the GGUF file is left alone.
    Files.copy(gguf, saved.resolve("other.gguf"));
    Files.write(saved.resolve("another.gguf"), new byte[3]);
    assertScores(saved.toString());
  }

  @Test
  void hashesTheFileAndWhatIsReadBesideIt() throws IOException {
    String byFile = hash(gguf);
    assertThat(hash(folder)).isEqualTo(byFile);
    Files.writeString(folder.resolve("notes.txt"), "unread");
    assertThat(hash(gguf)).isEqualTo(byFile);
    byte[] bytes = Files.readAllBytes(gguf);
    bytes[bytes.length - 2] ^= 1;
    Files.write(gguf, bytes);
    assertThat(hash(gguf)).isNotEqualTo(byFile);
  }

  private static String hash(Path path) {
    try (LanguageModel model = LanguageModel.open(path.toString(), ModelOptions.defaults())) {
      return model.hash();
    }
  }

  private static void assertRefused(Path path, String message) {
    assertThatThrownBy(() -> LanguageModel.open(path.toString(), ModelOptions.defaults()).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aLoneFileScoresIdsAndAsksForATokenizerWhenTextIsNeeded() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));
    assertScores(gguf.toString());
    Files.delete(folder.resolve("config.json"));
    assertScores(gguf.toString());
    assertScores(folder.toString());
    try (LanguageModel model = LanguageModel.open(gguf.toString(), ModelOptions.defaults())) {
      assertThat(model.stopIds()).containsExactly(0);
      assertThatThrownBy(model::tokenizer)
          .isInstanceOf(EngramException.class)
          .hasMessageContaining(
              "tiny.gguf has no tokenizer in it and no tokenizer.json beside it; token ids")
          .hasMessageContaining("Put the tokenizer.json of the model that it was made from");
    }
    Files.copy(Golden.path(SOURCE + "/tokenizer.json"), folder.resolve("tokenizer.json"));
    try (LanguageModel model = LanguageModel.open(gguf.toString(), ModelOptions.defaults())) {
      assertThat(model.tokenizer().encode("the author")).isNotEmpty();
    }
  }

  @Test
  void severalFilesInAFolderMustBeNamedOneByOne() throws IOException {
    Files.copy(gguf, folder.resolve("second.gguf"));
    assertRefused(folder, "has 2 GGUF files, second.gguf among them.");
    assertScores(gguf.toString());
  }

  @Test
  void anotherModelsConfigurationIsNoticed() throws IOException {
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(
        config,
        text.replace("\"num_attention_heads\": 4", "\"num_attention_heads\": 2")
            .replace("\"model_type\": \"llama\"", "\"model_type\": \"phi3\""));
    assertRefused(
        gguf,
        "config.json belongs to another model than " + gguf + " beside it: model_type \"phi3\"; ");
    assertRefused(gguf, "num_attention_heads 2 where the GGUF file has 4.");
    Files.writeString(config, "[1]");
    assertRefused(gguf, "config.json isn't a JSON object");
  }

  @Test
  void whatTheFileSaysItselfWins() throws IOException {
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    // Rounded up, without a tied head, with positions that the file's aren't.
    Files.writeString(
        config,
        text.replace("\"vocab_size\": 320", "\"vocab_size\": 384")
            .replace("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false")
            .replace("\"rope_type\": \"default\"", "\"rope_type\": \"yarn\""));
    assertThat(Files.readString(config)).contains("384", "false", "yarn");
    assertScores(gguf.toString());
  }

  @Test
  void weightsThatTheSettingsDontAskForAreRefused() throws IOException {
    Files.write(
        gguf,
        GgufConversion.plain(Golden.path(SOURCE))
            .tensor("blk.2.attn_norm.weight", new long[] {32}, new float[32])
            .bytes());
    assertRefused(gguf, "tiny.gguf has a weight model.layers.2.input_layernorm.weight, which its");
    Files.write(
        gguf,
        GgufConversion.plain(Golden.path(SOURCE))
            .tensor("blk.0.ffn_up.bias", new long[] {48}, new float[48])
            .bytes());
    assertRefused(
        gguf, "tiny.gguf has no weight model.layers.0.mlp.gate_proj.bias, which its settings");
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    Files.write(gguf, new byte[100]);
    assertRefused(gguf, "tiny.gguf is damaged: it doesn't begin as a GGUF file does");
    Path other = Files.writeString(folder.resolve("model.bin"), "x");
    assertRefused(other, "is a file; a Hugging Face model folder, an adapter folder or a .gguf");
  }
}
