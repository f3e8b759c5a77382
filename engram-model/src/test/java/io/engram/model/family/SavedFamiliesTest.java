package io.engram.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
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
import io.engram.testkit.model.Families;
import io.engram.testkit.model.TinyTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Models that Engram has saved. They are left in {@code target/saved-families}, where {@code
 * goldens/check_saved.py} gives them to transformers and PEFT.
 */
class SavedFamiliesTest {
  private static final Path LEFT = Path.of("target", "saved-families");

  @TempDir Path temporary;

  private static Map<String, List<Long>> shapes(Path folder) {
    Map<String, List<Long>> shapes = new TreeMap<>();
    try (SafetensorsFile file = new SafetensorsFile(folder.resolve("model.safetensors"))) {
      file.shapes().forEach((n, s) -> shapes.put(n, Arrays.stream(s).boxed().toList()));
    }
    return shapes;
  }

  private static JsonNode config(Path folder) {
    return JsonMapper.shared().readTree(folder.resolve("config.json").toFile());
  }

  private static List<double[]> scores(LanguageModel model, String name) {
    return new Scorer(model).logProbs(Families.samples(name), ProgressListener.NONE);
  }

  private static LanguageModel open(Path folder, @Nullable String base) {
    return LanguageModel.open(
        folder.toString(),
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, base, 1, 4096, false, 42));
  }

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void filesKeysShapesAndConfigurationAreKept(String name) throws IOException {
    Path original = Golden.path("family/" + name);
    Path saved = LEFT.resolve(name);
    try (LanguageModel model = Families.open(name)) {
      model.save(saved);
      assertThat(saved).isDirectoryContaining("glob:**/model.safetensors");
      assertThat(shapes(saved)).isEqualTo(shapes(original));
      assertThat(config(saved)).isEqualTo(config(original));
      try (LanguageModel again = open(saved, null)) {
        List<double[]> before = scores(model, name);
        List<double[]> after = scores(again, name);
        for (int i = 0; i < before.size(); i++) {
          assertThat(after.get(i)).containsExactly(before.get(i));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dtype", "torch_dtype"})
  void theNumberFormatIsWrittenWhereTheFileHadIt(String key) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("older"));
    Files.copy(
        Golden.path("family/gemma2").resolve("model.safetensors"),
        folder.resolve("model.safetensors"));
    ObjectNode config = (ObjectNode) config(Golden.path("family/gemma2"));
    config.remove("dtype");
    config.put(key, "float32");
    Files.writeString(folder.resolve("config.json"), config.toString());
    try (LanguageModel model = open(folder, null)) {
      model.save(temporary.resolve("saved"), Dtype.BFLOAT16);
    }
    config.put(key, "bfloat16");
    assertThat(config(temporary.resolve("saved"))).isEqualTo(config);
  }

  /** Adapters on whole fused projections, as PEFT puts them there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "phi3",
        "phi3-longrope",
        "qwen3",
        "gemma3",
        "pythia",
        "gpt2",
        "gpt2-untied",
        "opt"
      })
  void adaptersAreSavedAsPeftReadsThem(String name) throws IOException {
    List<String> targets =
        switch (name.replaceFirst("-.*", "")) {
          case "phi3" -> List.of("qkv_proj", "gate_up_proj", "down_proj");
          case "pythia" -> List.of("query_key_value", "dense", "dense_4h_to_h");
          case "gpt2" -> List.of("c_attn", "c_proj");
          case "opt" -> List.of("q_proj", "v_proj", "fc2");
          default -> List.of("q_proj", "v_proj", "up_proj");
        };
    TrainingScope scope = TrainingScope.lora(4, 8, targets, List.of());
    Path merged = LEFT.resolve(name + "-merged");
    Path adapter = LEFT.resolve(name + "-adapter");
    List<double[]> trained;
    try (LanguageModel model = Families.open(name);
        Trainer trainer = new Trainer(model, scope, TinyTraining.adamw(), 7)) {
      SequenceLoss sum =
          logProbs -> {
            double[] slopes = new double[logProbs.length];
            Arrays.fill(slopes, -1);
            return new SequenceLoss.Slope(-Arrays.stream(logProbs).sum(), slopes);
          };
      for (int update = 0; update < 3; update++) {
        for (TokenizedSample sample : Families.samples(name)) {
          trainer.accumulate(List.of(new TrainingSequence(sample, new Objective.OfLogProbs(sum))));
        }
        trainer.update(0.02);
      }
      trained = scores(model, name);
      trainer.saveModel(merged, Dtype.FLOAT32, adapter);
    }
    assertThat(Arrays.stream(trained.get(5)).sum())
        .isGreaterThan(Arrays.stream(untrained(name)).sum() + 1);
    Files.writeString(
        LEFT.resolve(name + "-log-probs.json"), JsonMapper.shared().writeValueAsString(trained));
    for (Path saved : List.of(merged, adapter)) {
      try (LanguageModel again = open(saved, Golden.path("family/" + name).toString())) {
        List<double[]> found = scores(again, name);
        for (int i = 0; i < trained.size(); i++) {
          assertThat(found.get(i)).containsExactly(trained.get(i), within(1e-5));
        }
      }
    }
  }

  private static double[] untrained(String name) {
    try (LanguageModel model = Families.open(name)) {
      return scores(model, name).get(5);
    }
  }
}
