package io.engram.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.generate.Generation;
import io.engram.model.generate.Generator;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Tiny random Llamas against transformers: log-probabilities and greedy continuations. */
class LlamaGoldenTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"mha", "gqa-tied", "gqa-untied", "bf16", "sharded", "bias", "with-tokenizer"})
  void logProbabilitiesEqualThoseOfTransformers(String name) {
    assertLogProbs(name, 4096);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mha", "gqa-tied"})
  void logProbabilitiesDoNotDependOnHowSequencesAreBatched(String name) {
    assertLogProbs(name, 8);
  }

  private static void assertLogProbs(String name, int batchTokens) {
    JsonNode sequences = Golden.json("llama/" + name + "/expected.json").path("sequences");
    List<TokenizedSample> samples = new ArrayList<>();
    List<double[]> expected = new ArrayList<>();
    for (JsonNode sequence : sequences) {
      if (sequence.path("ids").size() > 1) {
        samples.add(TinyModels.whole(Integer.toString(samples.size()), sequence.path("ids")));
        expected.add(Golden.doubles(sequence.path("log_probs")));
      }
    }
    try (LanguageModel model = TinyModels.open(name, null, batchTokens)) {
      assertThat(model.dtype()).isEqualTo(Dtype.FLOAT32);
      List<double[]> scores = new Scorer(model).logProbs(samples, ProgressListener.NONE);
      for (int i = 0; i < samples.size(); i++) {
        assertThat(scores.get(i)).containsExactly(expected.get(i), within(2e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mha", "gqa-tied", "gqa-untied", "bf16", "sharded", "bias", "with-tokenizer"})
  void greedyContinuationsEqualThoseOfTransformers(String name) {
    JsonNode expected = Golden.json("llama/" + name + "/expected.json");
    List<int[]> prompts = new ArrayList<>();
    for (JsonNode one : expected.path("greedy")) {
      prompts.add(Golden.ints(one.path("prompt")));
    }
    try (LanguageModel model = TinyModels.open(name)) {
      List<Generation> written =
          new Generator(model)
              .greedy(prompts, expected.path("max_new_tokens").asInt(), ProgressListener.NONE);
      for (int i = 0; i < prompts.size(); i++) {
        JsonNode one = expected.path("greedy").get(i);
        assertThat(written.get(i).ids()).containsExactly(Golden.ints(one.path("new_ids")));
        assertThat(written.get(i).stopped() == Generation.Stopped.EOS)
            .isEqualTo(one.path("stopped_at_eos").asBoolean());
      }
    }
  }

  @Test
  void sequencesOfVeryDifferentLengthAreContinuedAsIfAlone() {
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      List<int[]> prompts = List.of(new int[40], new int[] {7}, new int[] {5, 9}, new int[] {3});
      int[] limits = {2, 60, 1, 30};
      Generator generator = new Generator(model.decoder(), Set.of());
      List<Generation> together = generator.greedy(prompts, limits, ProgressListener.NONE);
      for (int i = 0; i < limits.length; i++) {
        int[] alone =
            generator
                .greedy(List.of(prompts.get(i)), limits[i], ProgressListener.NONE)
                .get(0)
                .ids();
        assertThat(together.get(i).ids()).hasSize(limits[i]).containsExactly(alone);
      }
    }
  }
}
