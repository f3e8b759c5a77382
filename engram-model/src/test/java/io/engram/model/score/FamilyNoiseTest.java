package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.GaussianNoise;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.model.Families;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.AutoGradMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The perturbed scorers on every family. */
class FamilyNoiseTest {
  private static final String NAMES = "io.engram.testkit.model.Families#names";
  private static final RandomStream NOISE = RandomStream.of(5, "test", 0, 3);

  @ParameterizedTest
  @MethodSource(NAMES)
  void withoutNoiseBothAreTheScorer(String name) {
    List<TokenizedSample> samples = Families.samples(name);
    try (LanguageModel model = Families.open(name)) {
      List<double[]> plain = new Scorer(model).logProbs(samples, ProgressListener.NONE);
      List<double[]> swept = new PerturbedScorer(model).logProbs(samples, NOISE, 0);
      List<double[]> passed = new ActivationNoiseScorer(model).logProbs(samples, NOISE, 0);
      for (int i = 0; i < samples.size(); i++) {
        assertThat(swept.get(i)).containsExactly(plain.get(i), within(1e-5));
        assertThat(passed.get(i)).containsExactly(plain.get(i), within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @MethodSource(NAMES)
  void theSweepEqualsWeightsPerturbedInPlace(String name) {
    List<TokenizedSample> samples = Families.samples(name);
    List<double[]> found;
    try (LanguageModel model = Families.open(name, null, 30)) {
      found = new PerturbedScorer(model).logProbs(samples, NOISE, 0.02);
    }
    try (LanguageModel model = Families.open(name)) {
      Parameters parameters = model.decoder().parameters();
      try (AutoGradMode off = new AutoGradMode(false)) {
        for (int i = 0; i < parameters.names().size(); i++) {
          String weight = parameters.names().get(i);
          GaussianNoise.add(parameters.get(weight), NOISE.child(i), 0.02);
        }
      }
      List<double[]> expected = new Scorer(model).logProbs(samples, ProgressListener.NONE);
      for (int i = 0; i < samples.size(); i++) {
        assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-5));
      }
    }
  }

  /**
   * Sequences shorter and longer than the layers are wide, each with tokens that repeat. What a
   * family may add to the noise's layers: norms of heads, of all heads, gains less 1, one
   * projection for several, scaled and tied embeddings, capped logits.
   */
  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "olmo2", "gemma2", "phi3-longrope"})
  void changesByActivationsAreDistributedAsUnderNoiseOnTheWeights(String name) {
    int[] repeats = new int[30];
    for (int t = 0; t < repeats.length; t++) {
      repeats[t] = 5 + (t * t) % 9;
    }
    List<TokenizedSample> samples =
        List.of(
            new TokenizedSample("short", java.util.Arrays.copyOf(repeats, 12), 4),
            new TokenizedSample("long", repeats, 1));
    try (LanguageModel model = Families.open(name)) {
      ActivationNoiseScorerTest.assertSameDistribution(name, model, samples, 0.02);
    }
  }

  @ParameterizedTest
  @MethodSource(NAMES)
  void nothingNativeIsLeftBehind(String name) {
    List<TokenizedSample> samples = Families.samples(name);
    try (LanguageModel model = Families.open(name)) {
      scoreInEveryWay(model, samples);
      System.gc();
      long before = Pointer.totalCount();
      for (int i = 0; i < 3; i++) {
        scoreInEveryWay(model, samples);
      }
      System.gc();
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
  }

  private static void scoreInEveryWay(LanguageModel model, List<TokenizedSample> samples) {
    new Scorer(model).logProbs(samples, ProgressListener.NONE);
    new PerturbedScorer(model).logProbs(samples, NOISE, 0.02);
    new ActivationNoiseScorer(model).logProbs(samples, NOISE, 0.02);
  }
}
