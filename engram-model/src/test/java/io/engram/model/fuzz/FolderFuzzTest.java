package io.engram.model.fuzz;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.checkpoint.SettingsFile;
import io.engram.model.encoder.SentenceEmbedder;
import io.engram.model.encoder.SequenceClassifier;
import io.engram.model.family.Family;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Torch;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import io.engram.testkit.model.TinyModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whole model folders of which one file is hostile. */
class FolderFuzzTest {
  @TempDir Path folder;

  @BeforeAll
  static void load() {
    Torch.load();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "family/gemma2",
        "family/gpt2",
        "family/opt",
        "family/pythia",
        "family/gemma3",
        "family/llama3",
        "family/llama-yarn",
        "family/mistral",
        "family/olmo2",
        "family/phi3-longrope",
        "family/qwen2-sliding",
        "family/qwen3",
        "family/smollm3"
      })
  void configs(String name) throws Exception {
    String config = Files.readString(Golden.path(name + "/config.json"));
    Path file = folder.resolve("config.json");
    Fuzz.run(
        name,
        1,
        config.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(config),
        bytes -> Family.readAny(SettingsFile.read(Files.write(file, bytes)), file.toString()));
  }

  @ParameterizedTest
  @CsvSource({
    "family/llama3, config.json, 0.3",
    "family/phi3-longrope, config.json, 0.3",
    "llama/sharded, model.safetensors.index.json, 0.3"
  })
  void models(String name, String file, double share) throws Exception {
    copy(name);
    Fuzz.run(
        name + " " + file,
        share,
        Files.readAllBytes(folder.resolve(file)),
        new JsonMutator(Files.readString(folder.resolve(file))),
        bytes -> {
          Files.write(folder.resolve(file), bytes);
          score(null);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"all-linear", "rslora-qv"})
  void adapters(String name) throws Exception {
    copy("lora/" + name);
    String base = Golden.path(Golden.json("lora/expected.json").path("base").asString()).toString();
    Path settings = folder.resolve("adapter_config.json");
    Path weights = folder.resolve("adapter_model.safetensors");
    byte[] valid = Files.readAllBytes(settings);
    Fuzz.run(
        name + " settings",
        0.3,
        valid,
        new JsonMutator(Files.readString(settings)),
        bytes -> {
          Files.write(settings, bytes);
          score(base);
        });
    Files.write(settings, valid);
    byte[] tensors = Files.readAllBytes(weights);
    Fuzz.run(
        name + " weights",
        0.3,
        tensors,
        new ByteMutator(tensors, tensors.length),
        bytes -> {
          Files.write(weights, bytes);
          score(base);
        });
  }

  @ParameterizedTest
  @CsvSource({
    "sentence-bert, config.json",
    "sentence-bert, modules.json",
    "sentence-bert, sentence_bert_config.json",
    "sentence-bert, tokenizer_config.json",
    "sentence-cls, 1_Pooling/config.json"
  })
  void sentenceEncoders(String name, String file) throws Exception {
    copy("encoder/" + name);
    Fuzz.run(
        name + " " + file,
        0.1,
        Files.readAllBytes(folder.resolve(file)),
        new JsonMutator(Files.readString(folder.resolve(file))),
        bytes -> {
          Files.write(folder.resolve(file), bytes);
          try (SentenceEmbedder encoder = SentenceEmbedder.open(folder, Device.CPU, 64)) {
            encoder.embed(List.of("a few words"));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"class-distilbert", "class-roberta"})
  void classifiers(String name) throws Exception {
    copy("encoder/" + name);
    Path file = folder.resolve("config.json");
    Fuzz.run(
        name,
        0.1,
        Files.readAllBytes(file),
        new JsonMutator(Files.readString(file)),
        bytes -> {
          Files.write(file, bytes);
          SequenceClassifier.open(folder, Device.CPU, 64).close();
        });
  }

  private void score(@Nullable String base) {
    ModelOptions options =
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, base, 1, 64, false, 42);
    JsonNode ids = JsonMapper.shared().readTree("[1, 2, 3]");
    List<TokenizedSample> samples = List.of(TinyModels.whole("x", ids));
    try (LanguageModel model = LanguageModel.open(folder.toString(), options)) {
      new Scorer(model).logProbs(samples, ProgressListener.NONE);
    }
  }

  private void copy(String name) throws IOException {
    Path from = Golden.path(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path to = folder.resolve(from.relativize(file).toString());
        if (!Files.exists(to)) {
          Files.copy(file, to);
        }
      }
    }
  }
}
