package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.checkpoint.SafetensorsFile;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.TrainingSequence;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Folders that Engram has written. Some are left in {@code target/saved-models}, where {@code
 * goldens/check_written.py} gives them to transformers and PEFT.
 */
class SavedModelsTest {
  private static final Path LEFT = Path.of("target", "saved-models");

  @TempDir Path temporary;

  private static LanguageModel open(Path folder, @Nullable String base) {
    return LanguageModel.open(
        folder.toString(),
        new ModelOptions(
            Device.CPU, Dtype.FLOAT32, PromptTemplate.PLAIN, base, 1, 4096, false, 42));
  }

  private static List<TokenizedSample> samples() {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : Golden.json("llama/gqa-tied/expected.json").path("sequences")) {
      if (one.path("ids").size() > 2) {
        samples.add(TinyModels.whole("s" + samples.size(), one.path("ids")));
      }
    }
    return samples;
  }

  private static List<double[]> scores(LanguageModel model) {
    return new Scorer(model).logProbs(samples(), ProgressListener.NONE);
  }

  private static void assertScores(List<double[]> found, List<double[]> expected, double most) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).containsExactly(expected.get(i), within(most));
    }
  }

  /** Writes down what Engram gives for a folder, for others to compare. */
  private static List<double[]> leave(String name, @Nullable String base, @Nullable Dtype dtype)
      throws IOException {
    String at = base == null ? null : Golden.path(base).toString();
    try (LanguageModel model = open(LEFT.resolve(name), at)) {
      Map<String, Object> said = new LinkedHashMap<>();
      said.put("base", base);
      said.put("dtype", dtype == null ? null : dtype.configName());
      said.put("sequences", samples().stream().map(TokenizedSample::ids).toList());
      said.put("log_probs", scores(model));
      Files.writeString(LEFT.resolve(name + ".json"), JsonMapper.shared().writeValueAsString(said));
      return scores(model);
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      TreeSet<String> names = new TreeSet<>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }

  private static SaveOptions shards(long bytes) {
    return new SaveOptions(Dtype.FLOAT32, bytes, Map.of("README.md", "# A card\n"));
  }

  @Test
  void aboveASizeWeightsAreInShardsWithAnIndex() throws IOException {
    List<double[]> before;
    try (LanguageModel model = TinyModels.open("with-tokenizer")) {
      before = scores(model);
      model.save(LEFT.resolve("sharded"), shards(30_000));
    }
    assertScores(leave("sharded", null, Dtype.FLOAT32), before, 0);
    Path folder = LEFT.resolve("sharded");
    JsonNode index =
        JsonMapper.shared().readTree(folder.resolve("model.safetensors.index.json").toFile());
    long size = 0;
    for (String shard :
        new TreeSet<>(index.path("weight_map").valueStream().map(JsonNode::asString).toList())) {
      try (SafetensorsFile file = new SafetensorsFile(folder.resolve(shard))) {
        long own = 0;
        for (Map.Entry<String, long[]> weight : file.shapes().entrySet()) {
          assertThat(index.path("weight_map").path(weight.getKey()).asString()).isEqualTo(shard);
          own += 4 * Arrays.stream(weight.getValue()).reduce(1, (a, b) -> a * b);
        }
        assertThat(own)
            .satisfiesAnyOf(
                bytes -> assertThat(bytes).isLessThanOrEqualTo(30_000),
                bytes -> assertThat(file.shapes()).hasSize(1));
        size += own;
      }
    }
    assertThat(index.path("metadata").path("total_size").asLong()).isEqualTo(size);
    assertThat(index.path("metadata").path("total_parameters").asLong()).isEqualTo(size / 4);
    assertThat(names(folder))
        .contains("model-00001-of-00004.safetensors", "README.md", "tokenizer_config.json")
        .doesNotContain("model.safetensors");
  }

  @ParameterizedTest
  @CsvSource({"FLOAT32,0", "BFLOAT16,0.05", "FLOAT16,0.01"})
  void theFormatAskedForIsWrittenAndNamed(Dtype dtype, double most) throws IOException {
    String name = dtype.configName();
    List<double[]> before;
    try (LanguageModel model = TinyModels.open("with-tokenizer")) {
      before = scores(model);
      model.save(LEFT.resolve(name), dtype);
    }
    assertScores(leave(name, null, dtype), before, most);
    try (LanguageModel again = open(LEFT.resolve(name), null)) {
      Path second = temporary.resolve("again");
      again.save(second, dtype);
      assertThat(second.resolve("model.safetensors"))
          .hasSameBinaryContentAs(LEFT.resolve(name).resolve("model.safetensors"));
    }
  }

  @Test
  void numbersBeyondFloat16AreRefusedAndNothingIsLeft() throws IOException {
    try (LanguageModel model = TinyModels.open("gqa-tied");
        PointerScope scope = new PointerScope()) {
      model.decoder().parameters().get("model.norm.weight").fill_(new Scalar(1e5));
      assertThatThrownBy(() -> model.save(temporary.resolve("half"), Dtype.FLOAT16))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("model.norm.weight holds numbers beyond ±65504");
    }
    assertThat(names(temporary)).isEmpty();
  }

  @Test
  void inAFolderThatIsThereOldWeightsGoAndOtherFilesStay() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("there"));
    Files.writeString(folder.resolve("notes.txt"), "mine");
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      model.save(folder, shards(20_000));
      assertThat(names(folder)).contains("model.safetensors.index.json", "notes.txt");
      model.save(folder);
      assertThat(names(folder))
          .containsExactly("README.md", "config.json", "model.safetensors", "notes.txt");
    }
    try (LanguageModel model = open(folder, null)) {
      model.save(folder, shards(20_000));
      assertThat(names(folder)).doesNotContain("model.safetensors", ".saving");
      assertThat(scores(model).get(0)).isNotEmpty();
    }
    try (LanguageModel model = open(folder, null);
        LanguageModel original = TinyModels.open("gqa-tied")) {
      assertScores(scores(model), scores(original), 0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dtype", "torch_dtype"})
  void nothingOfTheConfigurationAndOfTheFilesBesideItIsLost(String key) throws IOException {
    Path source = temporary.resolve("source");
    try (LanguageModel model = TinyModels.open("with-tokenizer")) {
      model.save(source);
    }
    Path config = source.resolve("config.json");
    String text =
        Files.readString(config)
            .replace("\"dtype\"", "\"" + key + "\"")
            .replaceFirst("\\{", "{ \"made_up\": {\"deep\": [1, 2.5e-7, null]},");
    Files.writeString(config, text);
    List<String> beside =
        List.of(
            "chat_template.jinja",
            "special_tokens_map.json",
            "added_tokens.json",
            "tokenizer.model",
            "generation_config.json",
            "LICENSE.txt",
            "merges.txt");
    for (String name : beside) {
      Files.writeString(source.resolve(name), name.endsWith(".json") ? "{}" : name);
    }
    Files.createDirectory(source.resolve("additional_chat_templates"));
    Files.writeString(source.resolve("additional_chat_templates/tool.jinja"), "x");
    Files.writeString(source.resolve("optimizer.pt"), "not the model's");
    Path target = temporary.resolve("target");
    try (LanguageModel model = open(source, null)) {
      model.save(target, Dtype.BFLOAT16);
    }
    JsonNode expected = JsonMapper.shared().readTree(text.replace("float32", "bfloat16"));
    assertThat(JsonMapper.shared().readTree(target.resolve("config.json").toFile()))
        .isEqualTo(expected);
    assertThat(names(target))
        .containsAll(beside)
        .contains("additional_chat_templates", "tokenizer.json")
        .doesNotContain("optimizer.pt");
    assertThat(target.resolve("additional_chat_templates/tool.jinja")).hasContent("x");
  }

  private static List<double[]> train(LanguageModel model, TrainingScope scope, Path adapter) {
    SequenceLoss sum =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, -1);
          return new SequenceLoss.Slope(-Arrays.stream(logProbs).sum(), slopes);
        };
    try (Trainer trainer = new Trainer(model, scope, TinyTraining.adamw(), 7)) {
      for (int i = 0; i < 3; i++) {
        trainer.accumulate(
            samples().stream()
                .map(s -> new TrainingSequence(s, new Objective.OfLogProbs(sum)))
                .toList());
        trainer.update(0.02);
      }
      trainer.saveAdapter(adapter, Map.of("README.md", "# A card\n"));
      return scores(model);
    }
  }

  private static TrainingScope lora(List<String> targets, List<Integer> layers) {
    return TrainingScope.lora(3, 7, targets, layers);
  }

  @Test
  void anAdapterOfSomeLayersIsWrittenForThemAlone() throws IOException {
    List<double[]> trained;
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      trained =
          train(model, lora(List.of("q_proj", "up_proj"), List.of(1)), LEFT.resolve("layer-1"));
    }
    assertScores(leave("layer-1", "llama/gqa-tied", null), trained, 1e-5);
    assertThat(LEFT.resolve("layer-1/adapter_config.json"))
        .content()
        .contains("model.layers.1.self_attn.q_proj")
        .doesNotContain("layers.0");
  }

  /** Two adapters, one over the other, are written as one that does the work of both. */
  @ParameterizedTest
  @ValueSource(strings = {"patterns", "all-linear"})
  void whatIsTrainedOverAnAdapterIsWrittenWithIt(String earlier) throws IOException {
    String base =
        Golden.json("peft/expected.json").path("adapters").path(earlier).path("base").asString();
    String name = "over-" + earlier;
    List<double[]> trained;
    try (LanguageModel model = open(Golden.path("peft/" + earlier), Golden.path(base).toString())) {
      trained = train(model, lora(List.of("q_proj", "k_proj"), List.of()), LEFT.resolve(name));
    }
    assertScores(leave(name, base, null), trained, 1e-4);
  }

  @Test
  void overDoraNoAdapterCanBeWritten() {
    try (LanguageModel model =
        open(Golden.path("peft/dora"), Golden.path("llama/gqa-untied").toString())) {
      assertThat(model.hasDora()).isTrue();
      assertThatThrownBy(
              () -> train(model, lora(List.of("q_proj"), List.of()), temporary.resolve("over")))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("is DoRA")
          .hasMessageContaining("engram convert");
    }
    assertThat(temporary.resolve("over")).doesNotExist();
  }
}
