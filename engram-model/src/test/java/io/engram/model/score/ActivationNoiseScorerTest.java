package io.engram.model.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.decoder.Parameters;
import io.engram.model.decoder.config.WeightNames;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.hipparchus.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Noise in the activations against noise on the weights, on tiny models of width 32. */
class ActivationNoiseScorerTest {
  private static final int DRAWS = 200;

  /** Of one length and of another, with labels that are inputs too, and longer than the width. */
  private static final List<TokenizedSample> SAMPLES =
      List.of(
          new TokenizedSample("short", new int[] {94, 83, 66, 58, 31, 18, 11, 9}, 4),
          new TokenizedSample("repeats", new int[] {5, 20, 5, 20, 5, 20, 5, 20}, 3),
          new TokenizedSample("one label", new int[] {74, 28, 19, 38, 74}, 4),
          new TokenizedSample("long", IntStream.range(0, 41).map(i -> i * i % 89).toArray(), 1));

  private static LanguageModel open(String name) {
    if (!name.equals("lora")) {
      return TinyModels.open(name);
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

  /** r by noise in the activations, {@code [samples][200]}. */
  private static double[][] inActivations(
      LanguageModel model, List<TokenizedSample> samples, double sigma) {
    ActivationNoiseScorer scorer = new ActivationNoiseScorer(model);
    List<double[]> original = scorer.logProbs(samples, stream(0), 0);
    List<double[]> all = scorer.logProbs(repeated(samples, DRAWS), stream(0), sigma);
    double[][] changes = new double[samples.size()][DRAWS];
    for (int e = 0; e < all.size(); e++) {
      int i = e % samples.size();
      changes[i][e / samples.size()] = change(original.get(i), all.get(e));
    }
    return changes;
  }

  /** r by noise on the weights, pairs with opposite signs side by side, {@code [samples][400]}. */
  private static double[][] onWeights(
      LanguageModel model, List<TokenizedSample> samples, double sigma) {
    double[][] changes = new double[samples.size()][2 * DRAWS];
    PerturbedScorer scorer = new PerturbedScorer(model);
    List<double[]> original = scorer.logProbs(samples, stream(0), 0);
    for (int k = 0; k < 2 * DRAWS; k++) {
      List<double[]> perturbed =
          scorer.logProbs(samples, stream(1 + k / 2), k % 2 == 0 ? sigma : -sigma);
      for (int i = 0; i < changes.length; i++) {
        changes[i][k] = change(original.get(i), perturbed.get(i));
      }
    }
    return changes;
  }

  /** The means of pairs. */
  private static double[] pairs(double[] values) {
    return IntStream.range(0, values.length / 2)
        .mapToDouble(k -> (values[2 * k] + values[2 * k + 1]) / 2)
        .toArray();
  }

  /** One of each pair. */
  private static double[] independent(double[] values) {
    return IntStream.range(0, values.length / 2).mapToDouble(k -> values[2 * k]).toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "gqa-tied, 0.01",
    "gqa-tied, 0.03",
    "gqa-untied, 0.03",
    "bias, 0.03",
    "bf16, 0.01",
    "bf16, 0.03",
    "lora, 0.03"
  })
  void changesAreDistributedAsUnderNoiseOnTheWeights(String name, double sigma) {
    try (LanguageModel model = open(name)) {
      assertSameDistribution(name + ", σ = " + sigma, model, SAMPLES, sigma);
    }
  }

  /**
   * The last norm is given little but the embedding row of the token that is also the label: an
   * input noise and a logit noise that aren't the same ε are many errors off.
   */
  @Test
  void tiedHeadHasTheNoiseOfTheInput() {
    try (LanguageModel model = open("gqa-tied");
        AutoGradMode off = new AutoGradMode(false)) {
      Parameters parameters = model.decoder().parameters();
      parameters.get(WeightNames.LLAMA.embedding()).mul_(new Scalar(0.25));
      for (int layer = 0; layer < model.config().layers(); layer++) {
        String name = WeightNames.LLAMA.layer(layer);
        for (String zero : List.of("self_attn.v", "self_attn.o", "mlp.up", "mlp.down")) {
          parameters.get(name + "." + zero + "_proj.weight").zero_();
        }
      }
      int[] thrice = IntStream.range(0, 30).map(t -> 3 * (t / 3) + 7).toArray();
      List<TokenizedSample> samples = List.of(new TokenizedSample("thrice", thrice, 1));
      assertSameDistribution("tied", model, samples, 0.01);
    }
  }

  static void assertSameDistribution(
      String what, LanguageModel model, List<TokenizedSample> samples, double sigma) {
    double[][] plus = inActivations(model, samples, sigma);
    double[][] minus = inActivations(model, samples, -sigma);
    double[][] weights = onWeights(model, samples, sigma);
    for (int i = 0; i < samples.size(); i++) {
      int sample = i;
      MeanWithError found =
          MeanWithError.of(
              IntStream.range(0, DRAWS)
                  .mapToDouble(k -> (plus[sample][k] + minus[sample][k]) / 2)
                  .toArray());
      MeanWithError expected = MeanWithError.of(pairs(weights[i]));
      double error = Math.hypot(found.standardError(), expected.standardError());
      String where = what + ", sample " + samples.get(i).id();
      assertThat(found.mean()).as(where).isCloseTo(expected.mean(), within(4 * error));
      double[] independent = independent(weights[i]);
      KolmogorovSmirnovTest test = new KolmogorovSmirnovTest();
      assertThat(test.kolmogorovSmirnovTest(plus[i], independent)).as(where).isGreaterThan(1e-3);
      assertThat(test.kolmogorovSmirnovTest(minus[i], independent)).as(where).isGreaterThan(1e-3);
    }
  }

  @Test
  void oppositeNumbersCancelTheFirstOrder() {
    double sigma = 1e-3;
    try (LanguageModel model = open("gqa-tied")) {
      double[][] plus = inActivations(model, SAMPLES, sigma);
      double[][] minus = inActivations(model, SAMPLES, -sigma);
      for (int i = 0; i < SAMPLES.size(); i++) {
        double[] even = new double[DRAWS];
        for (int k = 0; k < DRAWS; k++) {
          even[k] = (plus[i][k] + minus[i][k]) / 2;
        }
        // What is left is of second order, a small part at this σ.
        assertThat(MeanWithError.of(even).standardError())
            .isLessThan(0.1 * MeanWithError.of(plus[i]).standardError());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gqa-tied", "bias", "lora"})
  void withoutNoiseItIsTheScorer(String name) {
    try (LanguageModel model = open(name)) {
      List<double[]> plain = new Scorer(model).logProbs(SAMPLES, ProgressListener.NONE);
      List<double[]> found = new ActivationNoiseScorer(model).logProbs(SAMPLES, stream(0), 0);
      for (int i = 0; i < SAMPLES.size(); i++) {
        assertThat(found.get(i)).containsExactly(plain.get(i), within(1e-5));
      }
    }
  }

  @Test
  void aDrawDependsOnItsPlaceInTheListAndNotOnTheBatch() {
    List<TokenizedSample> samples = repeated(SAMPLES, 3);
    try (LanguageModel large = TinyModels.open("gqa-tied", null, 4096);
        LanguageModel small = TinyModels.open("gqa-tied", null, 16)) {
      ActivationNoiseScorer scorer = new ActivationNoiseScorer(large);
      List<double[]> first = scorer.logProbs(samples, stream(0), 0.03);
      List<double[]> again = scorer.logProbs(samples, stream(0), 0.03);
      List<double[]> apart = new ActivationNoiseScorer(small).logProbs(samples, stream(0), 0.03);
      for (int e = 0; e < samples.size(); e++) {
        assertThat(again.get(e)).containsExactly(first.get(e));
        assertThat(apart.get(e)).containsExactly(first.get(e), within(1e-4));
      }
      // The same sample in another place is another draw, and so is another stream.
      assertThat(Math.abs(first.get(0)[0] - first.get(4)[0])).isGreaterThan(1e-3);
      assertThat(Math.abs(first.get(0)[0] - scorer.logProbs(samples, stream(1), 0.03).get(0)[0]))
          .isGreaterThan(1e-3);
    }
  }

  @Test
  void noiseBeyondAllNumbersGivesNumbersThatAreNotFinite() {
    try (LanguageModel model = open("gqa-tied")) {
      assertThat(new ActivationNoiseScorer(model).logProbs(SAMPLES, stream(0), 1e15))
          .noneMatch(logProbs -> Double.isFinite(Arrays.stream(logProbs).sum()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bf16", "lora"})
  void weightsAreUntouchedAndNothingLeaks(String name) {
    try (LanguageModel model = open(name)) {
      List<double[]> before = weights(model);
      ActivationNoiseScorer scorer = new ActivationNoiseScorer(model);
      scorer.logProbs(SAMPLES, stream(0), 0.1);
      System.gc();
      long objects = Pointer.totalCount();
      for (int k = 0; k < 5; k++) {
        scorer.logProbs(SAMPLES, stream(k), 0.1);
      }
      System.gc();
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
      List<double[]> after = weights(model);
      for (int i = 0; i < before.size(); i++) {
        assertThat(after.get(i)).containsExactly(before.get(i));
      }
    }
  }

  private static List<double[]> weights(LanguageModel model) {
    Parameters parameters = model.decoder().parameters();
    try (PointerScope scope = new PointerScope()) {
      List<double[]> all = new ArrayList<>();
      parameters.names().forEach(name -> all.add(Tensors.toDoubles(parameters.get(name))));
      parameters.adapters().values().forEach(a -> all.add(Tensors.toDoubles(a.b())));
      return all;
    }
  }
}
