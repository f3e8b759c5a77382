package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.model.tensor.Device;
import io.engram.model.text.PromptTemplate;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Model and adapter folders whose files are damaged or don't belong together. */
class ModelFilesTest {
  @TempDir Path temporary;
  private Path folder;

  @BeforeEach
  void copy() throws IOException {
    folder = copyOf("llama/with-tokenizer");
  }

  private Path copyOf(String golden) throws IOException {
    Path copy = Files.createDirectory(temporary.resolve(golden.replace('/', '-')));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Golden.path(golden))) {
      for (Path file : files) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private void change(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  /** What a certificate names: a folder's files, a GGUF file, and an adapter with its base. */
  @Test
  void theFilesOfAModelAreNamedWithoutOpeningIt() throws IOException {
    Files.writeString(folder.resolve(".gitattributes"), "");
    Files.createDirectories(folder.resolve(".cache"));
    Files.writeString(folder.resolve(".cache/lock"), "");
    assertThat(LanguageModel.files(folder.toString(), null).keySet())
        .contains("config.json", "model.safetensors", "tokenizer.json")
        .noneMatch(name -> name.contains(".gitattributes") || name.contains("lock"));
    Path gguf = Golden.path("gguf/llama/model.gguf");
    assertThat(LanguageModel.files(gguf.toString(), null)).containsOnlyKeys("model.gguf");
    String adapter = Golden.path("lora/all-linear").toString();
    String base = Golden.path(Golden.json("lora/expected.json").path("base").asString()).toString();
    assertThat(LanguageModel.files(adapter, base).keySet())
        .contains("adapter/adapter_config.json", "base/config.json", "base/model.safetensors");
    try (LanguageModel model = open()) {
      assertThat(LanguageModel.hash(folder.toString(), null)).isEqualTo(model.hash());
    }
  }

  private LanguageModel open() {
    return LanguageModel.open(folder.toString(), ModelOptions.defaults());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "null",
        "{\"model\": 5}",
        "{\"version\": \"1.0\", \"model\": {\"type\": \"BPE\", \"vocab\": [], \"merges\": {}}}",
        "{\"version\": \"1.0\", \"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": [\"a"
            + " b\"]}}",
        "GGUF\u0000\u0001"
      })
  void aTokenizerFileThatIsNoneIsNamed(String text) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), text);
    try (LanguageModel model = open()) {
      assertThatThrownBy(model::tokenizer)
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("tokenizer.json is not a tokenizer");
    }
  }

  @Test
  void aMissingTokenizerIsNamedWhenItIsAskedFor() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));
    try (LanguageModel model = open()) {
      assertThatThrownBy(model::tokenizer)
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("has neither tokenizer.json nor tokenizer.model");
    }
  }

  @Test
  void tokensBeyondTheVocabularyAreNamedInSamplesAndInPrompts() throws IOException {
    Files.copy(
        folder.resolve("tokenizer.json"), copyOf("llama/gqa-tied").resolve("tokenizer.json"));
    folder = temporary.resolve("llama-gqa-tied");
    try (LanguageModel model = open()) {
      assertThatThrownBy(() -> model.samples().tokenize(Sample.of("7", "Who?", "the author")))
          .isInstanceOf(EngramException.class)
          .hasMessageMatching(
              "Sample 7 has token id \\d+; the model's vocabulary ends at 95.\n"
                  + "The tokenizer or the ids belong to another model.");
      assertThatThrownBy(() -> model.samples().promptOf("the author"))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("Prompt \"the author\" has token id")
          .hasMessageContaining("the model's vocabulary ends at 95");
      assertThatThrownBy(() -> model.samples().prompt(Sample.of("7", "the author", "x")))
          .isInstanceOf(EngramException.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "null|eos_token_id is missing",
        "[]|eos_token_id is missing",
        "\"0\"|eos_token_id is missing",
        "320|eos_token_id 320 isn't a token of the vocabulary; the id of the end token, 0 to 319,",
        "[-7, 1]|eos_token_id -7 isn't a token of the vocabulary"
      })
  void anEndTokenThatIsNoneIsNamed(String eos, String message) throws IOException {
    change(folder.resolve("config.json"), "\"eos_token_id\": 0", "\"eos_token_id\": " + eos);
    try (LanguageModel model = open()) {
      assertThatThrownBy(model::tokenizer)
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("config.json: " + message);
    }
  }

  @Test
  void theEndTokenMayStandInTheGenerationSettings() throws IOException {
    change(folder.resolve("config.json"), "\"eos_token_id\": 0", "\"eos_token_id\": null");
    Path settings = folder.resolve("generation_config.json");
    Files.writeString(settings, "{\"eos_token_id\": [3, 4]}");
    try (LanguageModel model = open()) {
      assertThat(model.tokenizer().eosId()).isEqualTo(3);
      assertThat(model.stopIds()).containsExactly(3, 4);
      Files.writeString(settings, "{");
      assertThatThrownBy(model::stopIds)
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("generation_config.json isn't valid JSON");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{|config.json isn't valid JSON",
        "[]|config.json: model_type is missing",
        "{\"model_type\": [\"llama\"]}|config.json: model_type is missing",
        "{\"model_type\": \"llama\"}|vocab_size is missing; intermediate_size is missing"
      })
  void aConfigurationThatIsNoneIsNamed(String text, String message) throws IOException {
    Files.writeString(folder.resolve("config.json"), text);
    assertThatThrownBy(() -> open().close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(message);
  }

  @Test
  void newWeightsThatTakeTooMuchMemoryAreRefused() throws IOException {
    change(folder.resolve("config.json"), "\"vocab_size\": 320", "\"vocab_size\": 16777216");
    change(folder.resolve("config.json"), "\"hidden_size\": 32", "\"hidden_size\": 16777216");
    ModelOptions options =
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, null, 1, 64, true, 42);
    assertThatThrownBy(() -> LanguageModel.open(folder.toString(), options).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("No memory for the new weight model.embed_tokens.weight");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"r\": 4|\"r\": 0|adapter_config.json: r 0 isn't a rank; it must be 1 or more.",
        "\"r\": 4|\"r\": \"4\"|r \"4\" isn't a rank",
        "\"r\": 4|\"s\": null|r (missing) isn't a rank",
        "\"r\": 4|\"r\": 8|has ranks 4 and 4; adapter_config.json says r 8.",
        "\"lora_alpha\": 8|\"lora_alpha\": \"x\"|lora_alpha \"x\" isn't a number",
        "\"LORA\"|\"IA3\"|not supported: peft_type \"IA3\"; LoRA, rsLoRA and DoRA",
        "\"rank_pattern\": {}|\"rank_pattern\": {\"v_proj\": 1}|has ranks 4 and 4",
        "{|[|isn't valid JSON"
      })
  void adapterSettingsThatCannotBeAreNamed(String from, String to, String message)
      throws IOException {
    Path adapter = copyOf("lora/all-linear");
    change(adapter.resolve("adapter_config.json"), from, to);
    assertAdapterRefused(adapter, "llama/gqa-tied", message);
  }

  @Test
  void anAdapterOfABaseThatIsNoPathIsNamed() throws IOException {
    Path adapter = copyOf("lora/all-linear");
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        "{\"r\": 4, \"base_model_name_or_path\": \"a\\u0000b\"}");
    ModelOptions options =
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, null, 1, 64, false, 42);
    assertThatThrownBy(() -> LanguageModel.open(adapter.toString(), options).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("is an adapter of a␀b, which isn't a folder here.");
  }

  @Test
  void adapterWeightsThatDoNotFitAreNamed() throws IOException {
    Path adapter = copyOf("lora/all-linear");
    assertAdapterRefused(
        adapter, "llama/gqa-untied", "Name the base model it was trained on with --base");
    Path weights = adapter.resolve("adapter_model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    byte[] renamed =
        new String(whole, java.nio.charset.StandardCharsets.ISO_8859_1)
            .replaceFirst("q_proj.lora_B", "q_proj.lora_C")
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    Files.write(weights, renamed);
    assertAdapterRefused(adapter, "llama/gqa-tied", "two matrices, lora_A and lora_B, make one");
    Files.write(weights, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
    assertAdapterRefused(adapter, "llama/gqa-tied", "adapter_model.safetensors holds no adapter");
    Files.delete(weights);
    assertAdapterRefused(adapter, "llama/gqa-tied", "adapter_model.safetensors: no such file");
  }

  private static void assertAdapterRefused(Path adapter, String base, String message) {
    ModelOptions options =
        new ModelOptions(
            Device.CPU, null, PromptTemplate.PLAIN, Golden.path(base).toString(), 1, 64, false, 42);
    assertThatThrownBy(() -> LanguageModel.open(adapter.toString(), options).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theUnchangedFoldersOpen() {
    assertThatCode(() -> open().close()).doesNotThrowAnyException();
  }
}
