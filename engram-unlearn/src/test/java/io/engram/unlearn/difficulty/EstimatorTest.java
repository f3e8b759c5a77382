package io.engram.unlearn.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.mrd.DrawRequest;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.MrdEstimate;
import io.engram.unlearn.mrd.NoisyScorer;
import io.engram.unlearn.mrd.QuadraticModel;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import io.engram.unlearn.mrd.SoftmaxRegression;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The estimators on models whose MRD is known in closed form. */
class EstimatorTest {
  private static final double SIGMA = 0.1;
  private static final List<String> BY_NOISE = List.of("antithetic", "paper", "shared");

  private record Settings(double sigma, int draws, Absolute absolute, Tokens tokens) {
    MrdScore of(String name) {
      return Estimates.mrd(name, sigma, draws, absolute, tokens);
    }
  }

  private static Settings settings(int draws, Absolute absolute, Tokens tokens) {
    return new Settings(SIGMA, draws, absolute, tokens);
  }

  private static List<MrdEstimate> estimate(
      String name, NoisyScorer scorer, int samples, Settings settings, long seed) {
    return Estimates.of(settings.of(name), scorer, samples, seed);
  }

  private static boolean inPairs(String name) {
    return name.equals("antithetic") || name.equals("activation");
  }

  @ParameterizedTest
  @ValueSource(strings = {"antithetic", "paper", "shared"})
  void findsTheClosedFormOfAQuadraticModel(String name) {
    QuadraticModel model = new QuadraticModel(5, 12, 0.5);
    Settings settings = settings(4000, Absolute.OUTSIDE, Tokens.MEAN);
    List<MrdEstimate> estimates = estimate(name, model, model.samples(), settings, 3);
    for (int i = 0; i < model.samples(); i++) {
      MrdEstimate found = estimates.get(i);
      assertThat(found.mrd()).isCloseTo(model.mrd(i, SIGMA), within(4 * found.standardError()));
      assertThat(found.standardError()).isLessThan(0.25 * found.mrd());
      assertThat(found.draws()).isEqualTo(4000);
      assertThat(found.tokens()).isEqualTo(i + 1);
      assertThat(found.clamped()).isZero();
      assertThat(found.nonFinite()).isZero();
    }
  }

  @Test
  void pairsCancelTheGradient() {
    QuadraticModel flat = new QuadraticModel(4, 12, 0);
    QuadraticModel steep = new QuadraticModel(4, 12, 0);
    NoisyScorer tilted =
        (samples, noise, scale) -> {
          List<double[]> scores = steep.logProbs(samples, noise, scale);
          // A first-order term a thousand times the signal, odd in the scale.
          scores.forEach(score -> score[0] += 1000 * scale);
          return scores;
        };
    Settings settings = settings(40, Absolute.OUTSIDE, Tokens.MEAN);
    List<MrdEstimate> without = estimate("antithetic", flat, 4, settings, 3);
    List<MrdEstimate> with = estimate("antithetic", tilted, 4, settings, 3);
    for (int i = 0; i < 4; i++) {
      assertThat(with.get(i).mrd()).isCloseTo(without.get(i).mrd(), within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"antithetic", "paper", "shared"})
  void standardErrorIsThatOfIndependentRuns(String name) {
    QuadraticModel model = new QuadraticModel(1, 12, 0.5);
    Settings settings = settings(100, Absolute.OUTSIDE, Tokens.MEAN);
    double squares = 0;
    double claimed = 0;
    int runs = 300;
    for (int run = 0; run < runs; run++) {
      MrdEstimate found = estimate(name, model, 1, settings, 1000 + run).get(0);
      squares += Math.pow(found.mrd() - model.mrd(0, SIGMA), 2) / runs;
      claimed += Math.pow(found.standardError(), 2) / runs;
    }
    // A variance from 300 runs is known to 8 %.
    assertThat(claimed / squares).isCloseTo(1, within(0.3));
  }

  @Test
  void sumIsTheMeanTimesTheTokens() {
    QuadraticModel model = new QuadraticModel(5, 12, 0.5);
    for (String name : BY_NOISE) {
      for (Absolute absolute : Absolute.values()) {
        List<MrdEstimate> mean = estimate(name, model, 5, settings(20, absolute, Tokens.MEAN), 3);
        List<MrdEstimate> sum = estimate(name, model, 5, settings(20, absolute, Tokens.SUM), 3);
        for (int i = 0; i < 5; i++) {
          assertThat(sum.get(i).mrd()).isCloseTo((i + 1) * mean.get(i).mrd(), within(1e-12));
          assertThat(sum.get(i).standardError())
              .isCloseTo((i + 1) * mean.get(i).standardError(), within(1e-12));
        }
      }
    }
  }

  @Test
  void absoluteInsideIsTheMeanOfAbsoluteChanges() {
    // ℓ = −1 and −1 + scale·(1, then 2, …): r = −scale·k, so |r| = 0.1·k whatever the sign.
    List<Double> scales = new ArrayList<>();
    NoisyScorer scorer =
        (samples, noise, scale) -> {
          scales.add(scale);
          int draw = scales.size() - 1;
          return List.of(new double[] {-1 + scale * draw});
        };
    MrdEstimate shared =
        estimate("shared", scorer, 1, settings(2, Absolute.INSIDE, Tokens.MEAN), 3).get(0);
    assertThat(shared.mrd()).isCloseTo(0.15, within(1e-12));
    assertThat(shared.standardError()).isCloseTo(0.05, within(1e-12));
    scales.clear();
    MrdEstimate pairs =
        estimate("antithetic", scorer, 1, settings(4, Absolute.INSIDE, Tokens.MEAN), 3).get(0);
    assertThat(scales).containsExactly(0.0, SIGMA, -SIGMA, SIGMA, -SIGMA);
    // Pairs (0.1, 0.2) and (0.3, 0.4): 0.15 and 0.35.
    assertThat(pairs.mrd()).isCloseTo(0.25, within(1e-12));
    assertThat(pairs.standardError()).isCloseTo(0.1, within(1e-12));
    scales.clear();
    MrdEstimate outside =
        estimate("antithetic", scorer, 1, settings(4, Absolute.OUTSIDE, Tokens.MEAN), 3).get(0);
    // r: −0.1·1 … and with the other sign +0.1·2; pairs 0.05 and 0.05.
    assertThat(outside.mrd()).isCloseTo(0.05, within(1e-12));
    assertThat(outside.standardError()).isCloseTo(0, within(1e-12));
  }

  @Test
  void nonFiniteDrawsAreCountedAndLeftOut() {
    for (String name : BY_NOISE) {
      List<Double> scales = new ArrayList<>();
      NoisyScorer scorer =
          (samples, noise, scale) -> {
            scales.add(scale);
            boolean breaks = scales.size() == 3;
            return List.of(new double[] {breaks ? Double.NaN : scale == 0 ? -1 : -1.5});
          };
      MrdEstimate found =
          estimate(name, scorer, 1, settings(8, Absolute.OUTSIDE, Tokens.MEAN), 3).get(0);
      assertThat(found.mrd()).isEqualTo(0.5);
      assertThat(found.nonFinite()).isEqualTo(inPairs(name) ? 2 : 1);
      assertThat(found.draws() + found.nonFinite()).isEqualTo(8);
    }
  }

  @Test
  void oneDrawHasNoStandardError() {
    QuadraticModel model = new QuadraticModel(1, 4, 0.5);
    Settings one = settings(1, Absolute.OUTSIDE, Tokens.MEAN);
    assertThat(estimate("paper", model, 1, one, 3).get(0).standardError()).isNaN();
    assertThat(estimate("shared", model, 1, one, 3).get(0).mrd()).isPositive();
    assertThatThrownBy(() -> estimate("antithetic", model, 1, one, 3))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "order.estimator.draws = 1: must be even with order.estimator.name = antithetic, "
                + "since each pair takes two passes");
    assertThatThrownBy(() -> estimate("activation", model, 1, one, 3))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "order.estimator.draws = 1: must be even with order.estimator.name = activation, "
                + "since each pair takes two passes");
  }

  @Test
  void sameSeedSameNumbersOtherSeedOrEpochOthers() {
    QuadraticModel model = new QuadraticModel(3, 4, 0.5);
    Settings settings = settings(10, Absolute.OUTSIDE, Tokens.MEAN);
    for (String name : BY_NOISE) {
      List<MrdEstimate> first = estimate(name, model, 3, settings, 3);
      assertThat(estimate(name, model, 3, settings, 3)).isEqualTo(first);
      assertThat(estimate(name, model, 3, settings, 4)).isNotEqualTo(first);
      assertThat(Estimates.run(settings.of(name), model, 3, 3, 1).estimates()).isNotEqualTo(first);
    }
  }

  @Test
  void theoremHoldsAsSigmaGoesToZero() {
    SoftmaxRegression model = new SoftmaxRegression(5, 6, 8);
    double[] sigmas = {0.01, 0.02, 0.04};
    double[][] found = new double[sigmas.length][];
    for (int s = 0; s < sigmas.length; s++) {
      Settings settings = new Settings(sigmas[s], 10_000, Absolute.OUTSIDE, Tokens.MEAN);
      List<MrdEstimate> estimates = estimate("antithetic", model, model.samples(), settings, 5);
      for (int i = 0; i < model.samples(); i++) {
        assertThat(estimates.get(i).mrd())
            .isCloseTo(
                model.theorem(i, sigmas[s]),
                within(4 * estimates.get(i).standardError() + sigmas[s] * sigmas[s] * 1e-2));
      }
      found[s] = estimates.stream().mapToDouble(MrdEstimate::mrd).toArray();
    }
    // The same noise at every σ: only the higher orders bend the line.
    for (int i = 0; i < model.samples(); i++) {
      double slope = Math.log(found[1][i] / found[0][i]) / Math.log(2);
      assertThat(slope).isCloseTo(2, within(0.01));
      assertThat(Math.log(found[2][i] / found[1][i]) / Math.log(2)).isCloseTo(2, within(0.04));
    }
  }

  @Test
  void gradientTermAndGaussNewtonAreTheirClosedForms() {
    SoftmaxRegression model = new SoftmaxRegression(5, 6, 8);
    List<MrdEstimate> gradient =
        Estimates.of(new Gradient(SIGMA, 2, 2, 1, Tokens.MEAN, Scope.ANSWER, 1e-6), model, 8, 3);
    List<MrdEstimate> gaussNewton =
        Estimates.of(new GaussNewton(SIGMA, 2, 2, 1, Tokens.MEAN, Scope.ANSWER, 1e-6), model, 8, 3);
    for (int i = 0; i < 8; i++) {
      double expected = model.gradientTerm(i, SIGMA);
      assertThat(gradient.get(i).mrd()).isCloseTo(expected, within(1e-12 * expected));
      // Linear logits: nothing is left out of the Hessian.
      double theorem = model.theorem(i, SIGMA);
      assertThat(gaussNewton.get(i).mrd()).isCloseTo(theorem, within(1e-12 * theorem));
      assertThat(gaussNewton.get(i).draws()).isEqualTo(2);
    }
  }

  @Test
  void settingsOutOfRangeNameTheirKey() {
    DrawRequest request =
        Estimates.request(
            Estimates.pairs(Control.OFF, SIGMA, 2), new QuadraticModel(1, 4, 0.5), 1, 3, 0);
    assertThatThrownBy(() -> request.at(0))
        .isInstanceOf(EngramException.class)
        .hasMessage("order.estimator.sigma = 0.0: must be a number above 0");
    assertThatThrownBy(() -> request.at(Double.NaN))
        .hasMessage("order.estimator.sigma = NaN: must be a number above 0");
    assertThatThrownBy(() -> DrawRequest.Budget.of(0))
        .hasMessage("order.estimator.draws = 0: must be 1 or more");
    DrawRequest.Budget odd = new DrawRequest.Budget(7, true, 0.9);
    assertThatThrownBy(() -> odd.requirePairs("antithetic"))
        .hasMessageStartingWith("order.estimator.max_draws = 7: must be even with");
  }
}
