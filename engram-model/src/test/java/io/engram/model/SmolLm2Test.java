package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.engram.core.ProgressListener;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.TestModels;
import io.engram.testkit.model.TinyModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A real model from its GGUF file, alone and with an adapter, against transformers and PEFT. */
@Tag("scale")
class SmolLm2Test {
  /** Float32 sums in another order, over 30 layers. */
  private static final double NATS = 2e-4;

  @Test
  void scoresAndContinuesAsTransformersDoes() {
    Path model = required(TestModels.smollm2());
    JsonNode expected = Golden.json("smollm2.json");
    try (LanguageModel opened = LanguageModel.open(model.toString(), options(null))) {
      assertTexts(opened, expected.path("texts"));
      for (JsonNode one : expected.path("texts")) {
        int[] ids = Golden.ints(one.path("ids"));
        // The golden ids end with the end token, which the text itself doesn't have.
        assertThat(opened.tokenizer().encode(one.path("text").asString()))
            .containsExactly(java.util.Arrays.copyOf(ids, ids.length - 1));
      }
      assertGreedy(opened, expected.path("greedy"), expected.path("max_new_tokens").asInt());
    }
  }

  @Test
  void scoresAndContinuesWithTheAdapterAsPeftDoes() {
    Path base = required(TestModels.smollm2());
    Path adapter = required(TestModels.smollm2Tofu());
    JsonNode expected = Golden.json("smollm2.json");
    try (LanguageModel opened = LanguageModel.open(adapter.toString(), options(base.toString()))) {
      assertTexts(opened, expected.path("adapter").path("texts"));
      assertGreedy(
          opened, expected.path("adapter").path("greedy"), expected.path("max_new_tokens").asInt());
    }
  }

  private static Path required(Optional<Path> folder) {
    assumeTrue(folder.isPresent(), "the model is not at hand");
    return folder.orElseThrow();
  }

  private static ModelOptions options(@org.jspecify.annotations.Nullable String base) {
    return new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, base, 0, 1024, false, 42);
  }

  private static void assertTexts(LanguageModel model, JsonNode texts) {
    assertThat(texts).isNotEmpty();
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : texts) {
      samples.add(TinyModels.whole(one.path("source").asString(), one.path("ids")));
    }
    List<double[]> found = new Scorer(model).logProbs(samples, ProgressListener.NONE);
    double most = 0;
    int tokens = 0;
    for (int i = 0; i < samples.size(); i++) {
      double[] wanted = Golden.doubles(texts.get(i).path("log_probs"));
      for (int t = 0; t < wanted.length; t++) {
        most = Math.max(most, Math.abs(found.get(i)[t] - wanted[t]));
      }
      tokens += wanted.length;
      assertThat(found.get(i)).as(samples.get(i).id()).containsExactly(wanted, within(NATS));
    }
    report(String.format("%d tokens, largest difference %.2e nats", tokens, most));
  }

  private static void assertGreedy(LanguageModel model, JsonNode prompts, int limit) {
    assertThat(prompts).isNotEmpty();
    List<int[]> ids = new ArrayList<>();
    for (JsonNode one : prompts) {
      ids.add(Golden.ints(one.path("prompt_ids")));
      assertThat(model.tokenizer().encode(one.path("prompt").asString()))
          .containsExactly(Golden.ints(one.path("prompt_ids")));
    }
    List<Generation> written = new Generator(model).greedy(ids, limit, ProgressListener.NONE);
    for (int i = 0; i < written.size(); i++) {
      JsonNode one = prompts.get(i);
      assertThat(written.get(i).ids()).containsExactly(Golden.ints(one.path("new_ids")));
      assertThat(written.get(i).stopped() == Generation.Stopped.EOS)
          .isEqualTo(one.path("stopped_at_eos").asBoolean());
      assertThat(model.tokenizer().decode(written.get(i).ids()))
          .isEqualTo(one.path("text").asString());
    }
  }

  @SuppressWarnings("SystemOut") // How well it agrees is worth a line in the log.
  private static void report(String line) {
    System.out.println("SmolLM2: " + line);
  }
}
