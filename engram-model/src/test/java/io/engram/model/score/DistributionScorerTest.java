package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.LabelledBatch;
import io.engram.model.score.DistributionScorer.TokenDistributions;
import io.engram.model.score.Scorer.TokenScores;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DistributionScorerTest {
  private static List<TokenizedSample> samples(String model) {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode sequence : Golden.json("llama/" + model + "/expected.json").path("sequences")) {
      if (sequence.path("ids").size() > 1) {
        samples.add(TinyModels.whole("s" + samples.size(), sequence.path("ids")));
      }
    }
    return samples;
  }

  /** Mean and variance of log p by their definition, from logits that autograd could follow. */
  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "gqa-untied"})
  void equalsTheDefinition(String name) {
    try (LanguageModel model = TinyModels.open(name);
        PointerScope scope = new PointerScope()) {
      List<TokenizedSample> samples = samples(name);
      List<TokenDistributions> found =
          new DistributionScorer(model).score(samples, ProgressListener.NONE);
      List<TokenScores> plain = new Scorer(model).score(samples, ProgressListener.NONE);
      for (int s = 0; s < samples.size(); s++) {
        assertThat(found.get(s).logProbs()).containsExactly(plain.get(s).logProbs(), within(1e-6));
        assertThat(found.get(s).isArgmax()).isEqualTo(plain.get(s).isArgmax());
        LabelledBatch batch = LabelledBatch.of(List.of(samples.get(s)));
        Tensor hidden = model.decoder().hiddenWithoutGradient(batch.batch(), batch.rows());
        Tensor logits = model.decoder().lmHead().logits(hidden).to(ScalarType.Double);
        double[] logs = Tensors.toDoubles(torch.log_softmax(logits, 1));
        int vocabulary = model.config().vocabularySize();
        for (int t = 0; t < samples.get(s).labels(); t++) {
          double mean = 0;
          double square = 0;
          for (int v = 0; v < vocabulary; v++) {
            double log = logs[t * vocabulary + v];
            mean += Math.exp(log) * log;
            square += Math.exp(log) * log * log;
          }
          assertThat(found.get(s).means()[t]).isCloseTo(mean, within(1e-5));
          assertThat(found.get(s).variances()[t]).isCloseTo(square - mean * mean, within(1e-4));
        }
      }
    }
  }

  @Test
  void batchesDontChangeIt() {
    try (LanguageModel large = TinyModels.open("gqa-tied");
        LanguageModel small = TinyModels.open("gqa-tied", null, 16)) {
      List<TokenizedSample> samples = samples("gqa-tied");
      List<TokenDistributions> expected =
          new DistributionScorer(large).score(samples, ProgressListener.NONE);
      List<TokenDistributions> found =
          new DistributionScorer(small).score(samples, ProgressListener.NONE);
      for (int s = 0; s < samples.size(); s++) {
        assertThat(found.get(s).means()).containsExactly(expected.get(s).means(), within(1e-5));
        assertThat(found.get(s).logProbs())
            .containsExactly(expected.get(s).logProbs(), within(1e-5));
      }
    }
  }
}
