package io.engram.model.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.model.Families;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Squared gradient norms and second derivatives of every family against autograd. */
class FamilyNormsTest {
  private static final GradientNorms.Coefficients COEFFICIENTS =
      (sample, logProbs) -> {
        double[] c = new double[logProbs.length];
        for (int t = 0; t < c.length; t++) {
          c[t] = Math.sin(1 + sample + 2.0 * t) - 0.3 / logProbs[t];
        }
        return c;
      };

  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void normsAgreeWithAutogradOverAllWeights(String name) {
    List<TokenizedSample> samples = Families.samples(name);
    try (LanguageModel model = Families.open(name, Dtype.FLOAT64, 4096)) {
      List<GradientNorms.SampleNorm> norms = new GradientNorms(model).of(samples, COEFFICIENTS);
      for (int i = 0; i < samples.size(); i++) {
        double[] c = COEFFICIENTS.of(i, norms.get(i).logProbs());
        double expected =
            PlainAutograd.squaredNorm(model, samples.get(i), PlainAutograd.weighted(c));
        assertThat(norms.get(i).squaredNorm()).isCloseTo(expected, within(1e-9 * expected));
      }
    }
  }

  /** {@code E ‖Σ_t w_t J_tᵀ r_t‖²} is a trace of capped logits' Jacobian too. */
  @ParameterizedTest
  @ValueSource(strings = {"gemma2", "gemma3"})
  void gaussNewtonHasTheTraceOfCappedLogitsAsItsMean(String name) {
    TokenizedSample sample = new TokenizedSample("s", new int[] {5, 17, 40}, 2);
    int draws = 1000;
    try (LanguageModel model = Families.open(name)) {
      double exact = GradientNormsTest.gaussNewtonTrace(model, sample, 0);
      GradientNorms norms = new GradientNorms(model);
      double sum = 0;
      double squares = 0;
      for (int k = 0; k < draws; k++) {
        RandomStream signs = RandomStream.of(11, "signs", 0, k);
        double value =
            norms
                .gaussNewton(List.of(sample), (s, l) -> new double[] {1}, signs)
                .get(0)
                .squaredNorm();
        sum += value;
        squares += value * value;
      }
      double mean = sum / draws;
      double error = Math.sqrt((squares / draws - mean * mean) / (draws - 1));
      assertThat(mean).isCloseTo(exact, within(4 * error));
      assertThat(error).isLessThan(0.05 * exact);
    }
  }

  /** vᵀ∇²ℓ v against the second difference of ℓ along v, which the sign draws make ±1. */
  @ParameterizedTest
  @MethodSource("io.engram.testkit.model.Families#names")
  void secondDerivativesAgreeWithDifferences(String name) {
    TokenizedSample sample = Families.samples(name).get(2);
    RandomStream signs = RandomStream.of(3, "signs", 0, 0);
    double step = 1e-4;
    try (LanguageModel model = Families.open(name, Dtype.FLOAT64, 4096)) {
      double[] found = new SecondDerivatives(model).along(sample, signs);
      double[] middle = scored(model, sample);
      SignSteps.move(model, signs, step);
      double[] above = scored(model, sample);
      SignSteps.move(model, signs, -2 * step);
      double[] below = scored(model, sample);
      for (int t = 0; t < found.length; t++) {
        double difference = (above[t] - 2 * middle[t] + below[t]) / (step * step);
        assertThat(found[t]).isCloseTo(difference, within(1e-3 * (1 + Math.abs(difference))));
      }
    }
  }

  private static double[] scored(LanguageModel model, TokenizedSample sample) {
    return new Scorer(model).logProbs(List.of(sample), ProgressListener.NONE).get(0);
  }
}
