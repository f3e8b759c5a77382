package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Adapters with every setting that is read, against PEFT; what isn't built is refused by name. */
class PeftGoldenTest {
  private static final JsonNode EXPECTED = Golden.json("peft/expected.json");

  @TempDir Path temporary;

  private static ModelOptions over(String base) {
    return new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, base, 1, 4096, false, 42);
  }

  private static List<TokenizedSample> samples() {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode ids : EXPECTED.path("sequences")) {
      samples.add(TinyModels.whole(Integer.toString(samples.size()), ids));
    }
    return samples;
  }

  private static void assertScores(LanguageModel model, JsonNode expected) {
    List<double[]> scores = new Scorer(model).logProbs(samples(), ProgressListener.NONE);
    for (int i = 0; i < scores.size(); i++) {
      assertThat(scores.get(i)).containsExactly(Golden.doubles(expected.get(i)), within(2e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"patterns", "all-linear", "dora", "layers", "head"})
  void adaptersGiveWhatPeftGives(String name) {
    JsonNode own = EXPECTED.path("adapters").path(name);
    String base = Golden.path(own.path("base").asString()).toString();
    Path merged = temporary.resolve("merged");
    try (LanguageModel model =
        LanguageModel.open(Golden.path("peft/" + name).toString(), over(base))) {
      assertScores(model, own.path("log_probs"));
      model.save(merged);
    }
    try (LanguageModel model = LanguageModel.open(merged.toString(), over(base))) {
      assertScores(model, own.path("log_probs"));
    }
  }

  private Path changed(String name, String key, String json) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("changed"));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Golden.path("peft/" + name))) {
      for (Path file : files) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Path config = folder.resolve("adapter_config.json");
    ObjectNode settings = (ObjectNode) JsonMapper.shared().readTree(config.toFile());
    settings.set(key, JsonMapper.shared().readTree(json));
    Files.writeString(config, settings.toString());
    return folder;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "modules_to_save|[\"embed_tokens\"]|modules_to_save [\"embed_tokens\"]",
        "bias|\"all\"|bias \"all\"",
        "lora_bias|true|lora_bias",
        "peft_type|\"VERA\"|peft_type \"VERA\"",
        "init_lora_weights|\"pissa_niter_4\"|init_lora_weights \"pissa_niter_4\"",
        "layer_replication|[[0,1]]|layer_replication",
        "target_parameters|[\"x\"]|target_parameters",
        "a_setting_of_tomorrow|{\"a\": 1}|a_setting_of_tomorrow",
        "r|0|r 0 isn't a rank",
        "rank_pattern|{\"v_proj\": 3}|has ranks 4 and 4; adapter_config.json says r 3",
        "alpha_pattern|{\"v_proj\": \"x\"}|lora_alpha \"x\" isn't a number",
        "alpha_pattern|{\"v_proj(\": 3}|\"v_proj(\" isn't a regular expression",
        "alpha_pattern|{\"(([a-z._]*)*)*0\": 3}|takes too long",
        "target_modules|[\"q_proj\"]|doesn't target",
        "layers_to_transform|[0]|doesn't target",
        "exclude_modules|\".*up_proj\"|doesn't target",
        "target_modules|7|is neither a name nor a list of names"
      })
  void whatIsNotBuiltOrDoesNotFitIsNamed(String key, String json, String message)
      throws IOException {
    Path folder = changed("layers", key, json);
    String base = Golden.path("llama/gqa-tied").toString();
    assertThatThrownBy(() -> LanguageModel.open(folder.toString(), over(base)).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("adapter_")
        .hasMessageContaining(message);
  }

  @Test
  void settingsThatAreOffAreNoObstacle() throws IOException {
    Path folder = changed("layers", "a_setting_of_tomorrow", "{}");
    JsonNode own = EXPECTED.path("adapters").path("layers");
    String base = Golden.path("llama/gqa-tied").toString();
    try (LanguageModel model = LanguageModel.open(folder.toString(), over(base))) {
      assertScores(model, own.path("log_probs"));
    }
  }

  @Test
  void picklesOfOldPeftAreRefused() throws IOException {
    Path folder = changed("layers", "revision", "null");
    Files.move(folder.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.bin"));
    String base = Golden.path("llama/gqa-tied").toString();
    assertThatThrownBy(() -> LanguageModel.open(folder.toString(), over(base)).close())
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("adapter_model.bin is a pickle of PyTorch's, which can run any code")
        .hasMessageContaining("AutoPeftModelForCausalLM.from_pretrained(");
  }
}
