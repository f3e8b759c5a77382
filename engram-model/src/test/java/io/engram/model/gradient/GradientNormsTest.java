package io.engram.model.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.gradient.GradientNorms.Coefficients;
import io.engram.model.gradient.GradientNorms.SampleNorm;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Squared norms of a packed batch against autograd, sample by sample over all weights. */
class GradientNormsTest {
  /** Unequal, of both signs, and different for each sample. */
  private static final Coefficients COEFFICIENTS =
      (sample, logProbs) -> {
        double[] c = new double[logProbs.length];
        for (int t = 0; t < c.length; t++) {
          c[t] = Math.sin(1 + sample + 2.0 * t) - 0.3 / logProbs[t];
        }
        return c;
      };

  private static List<TokenizedSample> samples() {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : Golden.json("llama/gqa-tied/expected.json").path("sequences")) {
      int[] ids = Golden.ints(one.path("ids"));
      if (ids.length > 1) {
        samples.add(new TokenizedSample("s" + samples.size(), ids, 1 + ids.length / 4));
      }
    }
    int[] again = samples.get(4).ids().clone();
    again[1] = again[0]; // equal lengths make a block, equal tokens share an embedding row
    samples.add(new TokenizedSample("again", again, 2));
    int[] longer = new int[70]; // longer than the layers are wide
    for (int t = 0; t < longer.length; t++) {
      longer[t] = 3 + (7 * t) % 50;
    }
    samples.add(new TokenizedSample("longer", longer, 1));
    return samples;
  }

  private static void assertAgrees(LanguageModel model, double tolerance) {
    List<TokenizedSample> samples = samples();
    List<SampleNorm> norms = new GradientNorms(model).of(samples, COEFFICIENTS);
    List<double[]> logProbs = new Scorer(model).logProbs(samples, ProgressListener.NONE);
    for (int i = 0; i < samples.size(); i++) {
      assertThat(norms.get(i).logProbs()).containsExactly(logProbs.get(i), within(1e-5));
      double[] c = COEFFICIENTS.of(i, norms.get(i).logProbs());
      double expected = PlainAutograd.squaredNorm(model, samples.get(i), PlainAutograd.weighted(c));
      assertThat(norms.get(i).squaredNorm()).isCloseTo(expected, within(tolerance * expected));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mha", "gqa-tied", "gqa-untied", "bias", "bf16"})
  void agreeWithAutogradOverAllWeights(String name) {
    try (LanguageModel model = TinyModels.open(name)) {
      assertAgrees(model, 1e-4);
    }
    try (LanguageModel model = TinyModels.open(name, Dtype.FLOAT64, 4096)) {
      assertAgrees(model, 1e-9);
    }
  }

  @Test
  void anAdaptersWeightIsTheSumOfBoth() {
    ModelOptions options =
        new ModelOptions(
            Device.CPU,
            Dtype.FLOAT64,
            PromptTemplate.PLAIN,
            Golden.path("llama/gqa-tied").toString(),
            1,
            4096,
            false,
            42);
    try (LanguageModel model =
        LanguageModel.open(Golden.path("lora/all-linear").toString(), options)) {
      assertAgrees(model, 1e-5);
    }
  }

  @Test
  void bfloat16ActivationsAreNearlyThere() {
    List<TokenizedSample> samples = samples();
    try (LanguageModel model = TinyModels.open("bf16");
        LanguageModel half = TinyModels.open("bf16", Dtype.BFLOAT16, 4096)) {
      Coefficients ones = (sample, l) -> Arrays.stream(l).map(x -> 1).toArray();
      List<SampleNorm> expected = new GradientNorms(model).of(samples, ones);
      List<SampleNorm> norms = new GradientNorms(half).of(samples, ones);
      for (int i = 0; i < samples.size(); i++) {
        double value = expected.get(i).squaredNorm();
        assertThat(norms.get(i).squaredNorm()).isCloseTo(value, within(0.05 * value));
      }
    }
  }

  @Test
  void batchCompositionChangesOnlyRounding() {
    List<TokenizedSample> samples = samples();
    RandomStream signs = RandomStream.of(3, "signs", 0, 0);
    try (LanguageModel one = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096);
        LanguageModel other = TinyModels.open("gqa-tied", Dtype.FLOAT64, 16)) {
      GradientNorms whole = new GradientNorms(one);
      GradientNorms split = new GradientNorms(other);
      assertSame(whole.of(samples, COEFFICIENTS), split.of(samples, COEFFICIENTS));
      assertSame(
          whole.gaussNewton(samples, COEFFICIENTS, signs),
          split.gaussNewton(samples, COEFFICIENTS, signs));
    }
  }

  private static void assertSame(List<SampleNorm> left, List<SampleNorm> right) {
    for (int i = 0; i < left.size(); i++) {
      double value = left.get(i).squaredNorm();
      assertThat(right.get(i).squaredNorm()).isCloseTo(value, within(1e-10 * value));
    }
  }

  /** tr(Jᵀ(diag p − p pᵀ)J) = Σ_v p_v ‖∇z_v‖² − ‖Σ_v p_v ∇z_v‖². */
  @Test
  void gaussNewtonHasTheTraceAsItsMean() {
    int draws = 1500;
    TokenizedSample sample = new TokenizedSample("s", new int[] {5, 17, 17, 40}, 2);
    double[] weights = {1.5, -0.5};
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      double exact = 0;
      for (int t = 0; t < 2; t++) {
        exact += weights[t] * weights[t] * gaussNewtonTrace(model, sample, t);
      }
      GradientNorms norms = new GradientNorms(model);
      double sum = 0;
      double squares = 0;
      for (int k = 0; k < draws; k++) {
        RandomStream signs = RandomStream.of(11, "signs", 0, k);
        double value =
            norms.gaussNewton(List.of(sample), (s, l) -> weights, signs).get(0).squaredNorm();
        sum += value;
        squares += value * value;
      }
      double mean = sum / draws;
      double error = Math.sqrt((squares / draws - mean * mean) / (draws - 1));
      assertThat(mean).isCloseTo(exact, within(4 * error));
      assertThat(error).isLessThan(0.03 * exact);
    }
  }

  static double gaussNewtonTrace(LanguageModel model, TokenizedSample sample, int t) {
    double[] p = new double[model.config().vocabularySize()];
    double trace = 0;
    for (int v = 0; v < p.length; v++) {
      int logit = v;
      double norm =
          PlainAutograd.squaredNorm(
              model,
              sample,
              (z, logP, targets) -> {
                p[logit] = Math.exp(at(logP, t, logit).item_double());
                return at(z, t, logit);
              });
      trace += p[v] * norm;
    }
    return trace
        - PlainAutograd.squaredNorm(
            model,
            sample,
            (z, logP, targets) -> z.narrow(0, t, 1).mul(logP.narrow(0, t, 1).exp().detach()).sum());
  }

  private static Tensor at(Tensor matrix, int row, int column) {
    return matrix.narrow(0, row, 1).narrow(1, column, 1).sum();
  }

  @Test
  void coefficientsMustBeOneAToken() {
    TokenizedSample sample = new TokenizedSample("s", new int[] {5, 17, 17, 40}, 2);
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      assertThatThrownBy(
              () -> new GradientNorms(model).of(List.of(sample), (s, l) -> new double[3]))
          .hasMessage("3 coefficients for 2 labelled tokens");
    }
  }

  @Test
  void nothingNativeIsLeftBehind() {
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      GradientNorms norms = new GradientNorms(model);
      norms.of(samples(), COEFFICIENTS);
      System.gc();
      long before = Pointer.totalCount();
      for (int i = 0; i < 3; i++) {
        norms.of(samples(), COEFFICIENTS);
        norms.gaussNewton(samples(), COEFFICIENTS, RandomStream.of(1, "signs", 0, i));
      }
      System.gc();
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
  }
}
