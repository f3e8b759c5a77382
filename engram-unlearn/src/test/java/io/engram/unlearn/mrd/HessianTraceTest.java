package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.stats.MeanWithError;
import io.engram.model.LanguageModel;
import io.engram.model.gradient.GradientNorms;
import io.engram.model.gradient.SecondDerivatives;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.difficulty.Estimates;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Theorem 3.2 by hand, in closed form, against PyTorch's differences, and against draws. */
class HessianTraceTest {
  private static final double CLAMP = 1e-6;
  private static final JsonNode SEQUENCES = Golden.json("mrd/gqa-tied.json").path("sequences");

  private static double[] numbers(JsonNode array) {
    return array.valueStream().mapToDouble(JsonNode::asDouble).toArray();
  }

  private static List<TokenizedSample> samples() {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : SEQUENCES) {
      int[] ids = Golden.ints(one.path("ids"));
      samples.add(new TokenizedSample("s" + samples.size(), ids, one.path("label_start").asInt()));
    }
    return samples;
  }

  /** σ²/2n = 0.01/4; 6/2 + 4/0.5 = 11 and −6/2 + 4/0.5 = 5. */
  @Test
  void byHand() {
    double[] logProbs = {-2, -0.5};
    double[] traces = {-6, 4};
    assertThat(HessianTrace.absolute(logProbs, traces, 0.1, CLAMP))
        .isCloseTo(0.0275, within(1e-15));
    assertThat(HessianTrace.signed(logProbs, traces, 0.1, CLAMP)).isCloseTo(0.0125, within(1e-15));
    // Clamped at 1: 6/2 + 4/1.
    assertThat(HessianTrace.absolute(logProbs, traces, 0.1, 1)).isCloseTo(0.0175, within(1e-15));
    assertThatThrownBy(() -> HessianTrace.signed(logProbs, new double[1], 0.1, CLAMP))
        .hasMessage("1 traces for 2 tokens");
    assertThatThrownBy(() -> HessianTrace.absolute(new double[0], new double[0], 0.1, CLAMP))
        .hasMessageContaining("without labelled tokens");
  }

  @Test
  void goldenTracesGiveTheGoldenTheorem() {
    for (JsonNode one : SEQUENCES) {
      double[] logProbs = numbers(one.path("log_probs"));
      double[] traces = numbers(one.path("hessian_traces"));
      double theorem = one.path("theorem_mean").asDouble();
      double signed = one.path("second_order_signed").asDouble();
      assertThat(HessianTrace.absolute(logProbs, traces, 1, CLAMP))
          .isCloseTo(theorem, within(1e-9 * theorem));
      assertThat(HessianTrace.signed(logProbs, traces, 1, CLAMP))
          .isCloseTo(signed, within(1e-9 * theorem));
    }
  }

  @Test
  void gradientNormsOfEveryTokenAreTheGoldenOnes() {
    List<TokenizedSample> samples = samples();
    try (LanguageModel model = TinyModels.open(Golden.model("gqa-tied"), Dtype.FLOAT32)) {
      GradientNorms norms = new GradientNorms(model);
      for (int s = 0; s < samples.size(); s++) {
        double[] expected = numbers(SEQUENCES.path(s).path("squared_gradient_norms"));
        for (int t = 0; t < expected.length; t++) {
          int token = t;
          double found =
              norms
                  .of(
                      List.of(samples.get(s)),
                      (sample, logProbs) -> {
                        double[] c = new double[logProbs.length];
                        c[token] = 1;
                        return c;
                      })
                  .get(0)
                  .squaredNorm();
          assertThat(found).isCloseTo(expected[t], within(1e-4 * expected[t]));
        }
      }
    }
  }

  @Test
  void hutchinsonFindsTheGoldenTraces() {
    List<TokenizedSample> samples = samples();
    try (LanguageModel model = TinyModels.open(Golden.model("gqa-tied"), Dtype.FLOAT32)) {
      SecondDerivatives derivatives = new SecondDerivatives(model);
      for (int s = 0; s < samples.size(); s++) {
        HessianTrace found =
            HessianTrace.draw((i, v) -> derivatives.along(samples.get(i), v), s, 150, 3);
        JsonNode golden = SEQUENCES.path(s);
        double[] expected = numbers(golden.path("hessian_traces"));
        MeanWithError[] traces = found.traces();
        for (int t = 0; t < expected.length; t++) {
          assertWithinErrors(traces[t], expected[t]);
        }
        double[] logProbs = numbers(golden.path("log_probs"));
        MeanWithError signed = found.signed(logProbs, 1, CLAMP);
        assertWithinErrors(signed, golden.path("second_order_signed").asDouble());
        double theorem = golden.path("theorem_mean").asDouble();
        assertWithinErrors(found.absolute(logProbs, 1, CLAMP), theorem);
        assertThat(signed.standardError()).isLessThan(0.15 * theorem);
      }
    }
  }

  private static void assertWithinErrors(MeanWithError found, double expected) {
    assertThat(found.mean()).isCloseTo(expected, within(4 * found.standardError()));
  }

  @Test
  void softmaxRegressionHasTheClosedForm() {
    SoftmaxRegression model = new SoftmaxRegression(5, 4, 4);
    for (int i = 0; i < model.samples(); i++) {
      double[] logProbs = {model.logProb(i)};
      HessianTrace found =
          HessianTrace.draw((s, v) -> new double[] {model.curvature(s, v)}, i, 4000, 9);
      assertWithinErrors(found.traces()[0], model.trace(i));
      assertWithinErrors(found.absolute(logProbs, 0.1, CLAMP), model.theorem(i, 0.1));
      assertThat(-found.signed(logProbs, 0.1, CLAMP).mean())
          .isEqualTo(found.absolute(logProbs, 0.1, CLAMP).mean());
    }
  }

  @Test
  void isWhatPairsOfDrawsTendToAsSigmaTendsToZero() {
    SoftmaxRegression model = new SoftmaxRegression(5, 4, 4);
    for (double sigma : new double[] {1e-2, 1e-3}) {
      List<MrdEstimate> estimates =
          Estimates.of(Estimates.pairs(Control.OFF, sigma, 4000), model, model.samples(), 5);
      for (int i = 0; i < model.samples(); i++) {
        double theorem =
            HessianTrace.absolute(
                new double[] {model.logProb(i)}, new double[] {model.trace(i)}, sigma, CLAMP);
        MrdEstimate found = estimates.get(i);
        assertThat(found.mrd()).isCloseTo(theorem, within(4 * found.standardError()));
        assertThat(found.standardError()).isLessThan(0.05 * theorem);
      }
    }
  }
}
