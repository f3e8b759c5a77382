package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.checkpoint.gguf.GgufFile;
import io.engram.model.score.Scorer;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Files by llama.cpp's converter, alone, score as transformers scores the models that they were
 * made from.
 */
class GgufArchitectureTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama3",
        "llama-bias",
        "llama-q8_0",
        "llama-bf16",
        "llama-yarn",
        "mistral",
        "qwen2",
        "qwen3",
        "gemma2",
        "gemma3",
        "phi3",
        "phi3-longrope",
        "olmo2",
        "smollm3",
        "gptneox",
        "gptneox-sequential",
        "gpt2"
      })
  void scoresAsTheModelItWasMadeFrom(String name) {
    String file = Golden.path("gguf/" + name + "/model.gguf").toString();
    try (LanguageModel opened = LanguageModel.open(file, ModelOptions.defaults())) {
      Scorer scorer = new Scorer(opened);
      for (JsonNode one : Golden.json("gguf/" + name + "/expected.json").path("sequences")) {
        assertThat(
                scorer
                    .logProbs(
                        List.of(TinyModels.whole("x", one.path("ids"))), ProgressListener.NONE)
                    .get(0))
            .containsExactly(Golden.doubles(one.path("log_probs")), within(2e-5));
      }
      assertThat(opened.stopIds()).containsExactly(2);
    }
  }

  @Test
  void llama3sScalingIsFoundInItsDivisors() {
    try (GgufFile file = new GgufFile(Golden.path("gguf/llama3/model.gguf"))) {
      JsonNode scaling = file.config().path("rope_scaling");
      assertThat(scaling.path("rope_type").asString()).isEqualTo("llama3");
      assertThat(scaling.path("factor").doubleValue()).isEqualTo(8);
      assertThat(scaling.path("original_max_position_embeddings").intValue()).isEqualTo(8192);
      assertThat(file.config().path("rope_theta").doubleValue()).isEqualTo(500_000);
      assertThat(file.formats()).containsOnlyKeys("F32");
      assertThat(file.quantized()).isFalse();
    }
  }

  @Test
  void formatsAreCounted() {
    try (GgufFile file = new GgufFile(Golden.path("gguf/llama-q8_0/model.gguf"))) {
      assertThat(file.formats()).containsOnlyKeys("Q8_0", "F32");
      assertThat(file.formats().get("Q8_0")).isEqualTo(2 * 7 + 2);
      assertThat(file.quantized()).isTrue();
      assertThat(file.config().path("rms_norm_eps").doubleValue()).isEqualTo(1e-5);
    }
  }
}
