package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Adapters made by PEFT, applied and merged, against PEFT. */
class LoraGoldenTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"all-linear, expected", "rslora-qv, expected", "gpt2, gpt2-expected"})
  void adaptersGiveWhatPeftGives(String name, String values) {
    JsonNode expected = Golden.json("lora/" + values + ".json");
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode ids : expected.path("sequences")) {
      samples.add(TinyModels.whole(Integer.toString(samples.size()), ids));
    }
    String base = Golden.path(expected.path("base").asString()).toString();
    ModelOptions options =
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, base, 1, 4096, false, 42);
    JsonNode own = expected.path("adapters").path(name);
    try (LanguageModel model =
        LanguageModel.open(Golden.path("lora/" + name).toString(), options)) {
      assertScores(model, samples, own.path("log_probs"));
      model.save(folder);
    }
    try (LanguageModel merged = LanguageModel.open(folder.toString(), options)) {
      assertScores(merged, samples, own.path("merged_log_probs"));
    }
  }

  private static void assertScores(
      LanguageModel model, List<TokenizedSample> samples, JsonNode expected) {
    List<double[]> scores = new Scorer(model).logProbs(samples, ProgressListener.NONE);
    for (int i = 0; i < samples.size(); i++) {
      assertThat(scores.get(i)).containsExactly(Golden.doubles(expected.get(i)), within(2e-5));
    }
  }
}
