package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.MeanWithError;
import io.engram.model.Golden;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Noise in the activations against noise on the weights, on tiny models of width 32. */
class ActivationNoiseScorerTest {
  private static final int DRAWS = 600;

  /** Of one length and of another, with labels that are inputs too, and longer than the width. */
  private static final List<TokenizedSample> SAMPLES =
      List.of(
          new TokenizedSample("short", new int[] {94, 83, 66, 58, 31, 18, 11, 9}, 4),
          new TokenizedSample("repeats", new int[] {5, 20, 5, 20, 5, 20, 5, 20}, 3),
          new TokenizedSample("one label", new int[] {74, 28, 19, 38, 74}, 4),
          new TokenizedSample("long", IntStream.range(0, 41).map(i -> i * i % 89).toArray(), 1));

  private static LanguageModel open(String name) {
    if (!name.equals("lora")) {
      return Golden.open(name);
    }
    return LanguageModel.open(
        Golden.path("lora/all-linear").toString(),
        new ModelOptions(
            Device.CPU,
            null,
            PromptTemplate.PLAIN,
            Golden.path("llama/gqa-tied").toString(),
            1,
            4096,
            false,
            42));
  }

  private static RandomStream stream(long index) {
    return RandomStream.of(11, "test", 0, index);
  }

  /** r of one pass: the mean over tokens of 1 − ℓ_t(θ+δ)/ℓ_t(θ). */
  private static double change(double[] original, double[] perturbed) {
    return IntStream.range(0, original.length)
        .mapToDouble(t -> 1 - perturbed[t] / original[t])
        .average()
        .orElseThrow();
  }

  private static List<TokenizedSample> repeated(List<TokenizedSample> samples, int draws) {
    List<TokenizedSample> all = new ArrayList<>();
    Collections.nCopies(draws, samples).forEach(all::addAll);
    return all;
  }

  /** r by noise in the activations, {@code [samples][draws]}. */
  private static double[][] inActivations(
      LanguageModel model, List<TokenizedSample> samples, double sigma, int draws) {
    ActivationNoiseScorer scorer = new ActivationNoiseScorer(model);
    List<double[]> original = scorer.logProbs(samples, stream(0), 0);
    List<double[]> all = scorer.logProbs(repeated(samples, draws), stream(0), sigma);
    double[][] changes = new double[samples.size()][draws];
    for (int e = 0; e < all.size(); e++) {
      int i = e % samples.size();
      changes[i][e / samples.size()] = change(original.get(i), all.get(e));
    }
    return changes;
  }

  /** r by noise on the weights, {@code [samples][draws]}. */
  private static double[][] onWeights(
      LanguageModel model, List<TokenizedSample> samples, double sigma, int draws) {
    double[][] changes = new double[samples.size()][draws];
    PerturbedScorer scorer = new PerturbedScorer(model);
    List<double[]> original = scorer.logProbs(samples, stream(0), 0);
    for (int k = 0; k < draws; k++) {
      List<double[]> perturbed =
          scorer.logProbs(samples, stream(1 + k / 2), k % 2 == 0 ? sigma : -sigma);
      for (int i = 0; i < changes.length; i++) {
        changes[i][k] = change(original.get(i), perturbed.get(i));
      }
    }
    return changes;
  }

  /** Means of neighbours: of pairs, where neighbours are pairs. */
  private static double[] pairs(double[] values) {
    return IntStream.range(0, values.length / 2)
        .mapToDouble(k -> (values[2 * k] + values[2 * k + 1]) / 2)
        .toArray();
  }

  /** Every second one, so that none is the partner of another. */
  private static double[] single(double[] values) {
    return IntStream.range(0, values.length / 2).mapToDouble(k -> values[2 * k]).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "gqa-tied, 0.01",
    "gqa-tied, 0.03",
    "gqa-untied, 0.01",
    "gqa-untied, 0.03",
    "bias, 0.03",
    "bf16, 0.01",
    "bf16, 0.03",
    "lora, 0.03"
  })
  void changesAreDistributedAsUnderNoiseOnTheWeights(String name, double sigma) {
    try (LanguageModel model = open(name)) {
      double[][] found = inActivations(model, SAMPLES, sigma, DRAWS);
      double[][] expected = onWeights(model, SAMPLES, sigma, 2 * DRAWS);
      for (int i = 0; i < found.length; i++) {
        MeanWithError mean = MeanWithError.of(found[i]);
        MeanWithError weights = MeanWithError.of(pairs(expected[i]));
        String what = "%s, σ = %s, sample %s".formatted(name, sigma, SAMPLES.get(i).id());
        assertThat(mean.mean())
            .as(what)
            .isCloseTo(
                weights.mean(),
                within(4 * Math.hypot(mean.standardError(), weights.standardError())));
        double p = new KolmogorovSmirnovTest().kolmogorovSmirnovTest(found[i], single(expected[i]));
        assertThat(p).as(what).isGreaterThan(1e-3);
      }
    }
  }
}
