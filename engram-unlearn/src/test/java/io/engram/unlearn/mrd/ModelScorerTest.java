package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelScorerTest {
  private static final String WEIGHTS = "model.safetensors";
  private static final int[] ALL = {0, 1, 2};

  @TempDir Path folder;
  private List<Sample> samples = List.of();

  @BeforeEach
  void writeSamples() throws IOException {
    Path file = folder.resolve("samples.jsonl");
    Files.write(
        file,
        List.of(
            "{\"id\":\"a\",\"question\":\"Who?\",\"answer\":\"The author.\"}",
            "{\"id\":\"b\",\"question\":\"Where is it?\",\"answer\":\"In the old city.\"}",
            "{\"id\":\"c\",\"question\":\"When was it?\",\"answer\":\"Long ago.\"}"));
    samples = SampleSource.load(List.of(file.toString()));
  }

  private static LanguageModel open() {
    return TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32);
  }

  private static RandomStream stream() {
    return RandomStream.of(4, "test", 0, 0);
  }

  private static double[] flat(List<double[]> scores) {
    return scores.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  @Test
  void withoutNoiseItIsTheScorer() {
    try (LanguageModel model = open()) {
      ModelScorer scorer = new ModelScorer(model, samples, Scope.ANSWER, 1, 0);
      assertThat(scorer.size()).isEqualTo(3);
      assertThat(scorer.id(1)).isEqualTo("b");
      double[] wanted = flat(new Scorer(model).logProbs(scorer.samples(), ProgressListener.NONE));
      assertThat(flat(scorer.logProbs(ALL, stream(), 0))).isEqualTo(wanted);
      List<double[]> chosen = scorer.logProbs(new int[] {2, 0}, stream(), 0);
      assertThat(chosen).hasSize(2);
      assertThat(chosen.get(0)).hasSize(scorer.samples().get(2).labels());
    }
  }

  @Test
  void aPairIsBothSignsOfOneNoise() {
    try (LanguageModel model = open()) {
      ModelScorer scorer = new ModelScorer(model, samples, Scope.ANSWER, 1, 0);
      NoisyScorer.Pair pair = scorer.pair(ALL, ModelScorerTest::stream, 0.01);
      assertThat(flat(pair.plus())).isEqualTo(flat(scorer.logProbs(ALL, stream(), 0.01)));
      assertThat(flat(pair.minus())).isEqualTo(flat(scorer.logProbs(ALL, stream(), -0.01)));
      assertThat(flat(pair.plus())).isNotEqualTo(flat(pair.minus()));
    }
  }

  @Test
  void scopeAllLabelsEveryTokenButTheFirst() {
    try (LanguageModel model = open()) {
      List<TokenizedSample> answers = new ModelScorer(model, samples, Scope.ANSWER, 1, 0).samples();
      List<TokenizedSample> whole = new ModelScorer(model, samples, Scope.ALL, 1, 0).samples();
      for (int i = 0; i < samples.size(); i++) {
        assertThat(whole.get(i).ids()).isEqualTo(answers.get(i).ids());
        assertThat(whole.get(i).labels()).isEqualTo(whole.get(i).ids().length - 1);
        assertThat(answers.get(i).labels()).isLessThan(whole.get(i).labels());
      }
    }
  }

  @Test
  void gaussNewtonSignsDependOnSeedEpochAndDrawAlone() {
    try (LanguageModel model = open()) {
      GradientScorer.Coefficients ones =
          (sample, logProbs) -> Arrays.stream(logProbs).map(l -> 1).toArray();
      double[] found = new ModelScorer(model, samples, Scope.ANSWER, 1, 0).gaussNewton(ones, 2);
      assertThat(found).hasSize(3);
      assertThat(new ModelScorer(model, samples, Scope.ANSWER, 1, 0).gaussNewton(ones, 2))
          .isEqualTo(found);
      assertThat(new ModelScorer(model, samples, Scope.ANSWER, 1, 0).gaussNewton(ones, 3))
          .isNotEqualTo(found);
      assertThat(new ModelScorer(model, samples, Scope.ANSWER, 1, 1).gaussNewton(ones, 2))
          .isNotEqualTo(found);
    }
  }

  /** The last number of the file, one of the last norm's gains, is NaN. */
  @Test
  void aDamagedModelHasNoMrd() throws IOException {
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(Golden.model("with-tokenizer").resolve(name), folder.resolve(name));
    }
    byte[] bytes = Files.readAllBytes(Golden.model("with-tokenizer").resolve(WEIGHTS));
    bytes[bytes.length - 1] = 0x7F;
    bytes[bytes.length - 2] = (byte) 0xC0;
    Files.write(folder.resolve(WEIGHTS), bytes);
    try (LanguageModel model = TinyModels.open(folder, Dtype.FLOAT32)) {
      ModelScorer scorer = new ModelScorer(model, samples, Scope.ANSWER, 1, 0);
      assertThatThrownBy(() -> scorer.logProbs(new int[] {1, 2}, stream(), 0))
          .isInstanceOf(EngramException.class)
          .hasMessageStartingWith(
              "Sample b has the log-probability NaN without noise, so it has no MRD.");
      assertThat(flat(scorer.logProbs(ALL, stream(), 0.01))).containsOnly(Double.NaN);
    }
  }
}
