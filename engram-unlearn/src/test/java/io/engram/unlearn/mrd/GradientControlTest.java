package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.unlearn.difficulty.Antithetic;
import io.engram.unlearn.difficulty.Antithetic.Control;
import io.engram.unlearn.difficulty.Estimates;
import io.engram.unlearn.difficulty.Gradient;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GradientControlTest {
  private static DrawLoop.Result run(
      Control control, NoisyScorer model, int samples, double sigma, int draws) {
    return Estimates.run(Estimates.pairs(control, sigma, draws), model, samples, 3, 0);
  }

  private static DrawLoop.Result run(
      NoisyScorer model, GradientScorer gradients, int samples, double sigma, int draws) {
    Antithetic pairs = Estimates.pairs(Control.ON, sigma, draws);
    return Estimates.run(
        pairs,
        new DrawRequest(model, gradients, samples, sigma, pairs.budget(), 3, 0),
        KeptDraws.NONE);
  }

  @Test
  void keepsTheMeanAndMakesTheErrorSmaller() {
    // Two classes: value and control are both multiples of (x·δ)², but for higher orders.
    SoftmaxRegression model = new SoftmaxRegression(2, 6, 8).memorised();
    DrawLoop.Result plain = run(Control.OFF, model, 8, 0.02, 400);
    DrawLoop.Result controlled = run(Control.ON, model, 8, 0.02, 400);
    for (int i = 0; i < 8; i++) {
      MrdEstimate found = controlled.estimates().get(i);
      double error = plain.estimates().get(i).standardError();
      assertThat(found.mrd()).isCloseTo(plain.estimates().get(i).mrd(), within(4 * error));
      assertThat(found.standardError()).isLessThan(0.5 * error);
      // What is left of higher orders in σ is below 1 %.
      assertThat(found.mrd())
          .isCloseTo(
              model.theorem(i, 0.02),
              within(4 * found.standardError() + 0.01 * model.theorem(i, 0.02)));
    }
    assertThat(controlled.notes().get(0))
        .matches(
            "control variate on, β = -0\\.\\d\\d: its measured mean is \\d\\.\\d{3} ± 0\\.\\d{3} of"
                + " the expected one; 50 backward passes");
  }

  @Test
  void keepsTheMeanOfSeveralTokens() {
    QuadraticModel model = new QuadraticModel(5, 12, 0.5);
    DrawLoop.Result found = run(Control.ON, model, 5, 0.01, 2000);
    assertThat(found.notes().get(0)).startsWith("control variate on, β = ");
    for (int i = 0; i < 5; i++) {
      MrdEstimate estimate = found.estimates().get(i);
      assertThat(estimate.mrd())
          .isCloseTo(model.mrd(i, 0.01), within(4 * estimate.standardError()));
    }
  }

  @Test
  void controlsHaveTheMeanThatGradientsGive() {
    QuadraticModel model = new QuadraticModel(5, 12, 0.5);
    Antithetic pairs = Estimates.pairs(Control.ON, 0.001, 8000);
    DrawSource source = pairs.source(Estimates.request(pairs, model, 5, 3, 0));
    List<MrdEstimate> gradient =
        Estimates.of(
            new Gradient(0.001, 400, 400, 1, Tokens.MEAN, Scope.ANSWER, 1e-6), model, 5, 3);
    double[][] controls =
        IntStream.range(0, 4000).mapToObj(k -> source.draw(k).controls()).toArray(double[][]::new);
    for (int i = 0; i < 5; i++) {
      int sample = i;
      double mean = Arrays.stream(controls).mapToDouble(c -> c[sample]).average().orElseThrow();
      double exact = model.gradientTerm(i, 0.001);
      // A square of a normal: sd √2 of the mean, so 4 standard errors are 9 %.
      assertThat(mean).isCloseTo(exact, within(0.09 * exact));
      assertThat(gradient.get(i).mrd())
          .isCloseTo(exact, within(4 * gradient.get(i).standardError() + 1e-9 * exact));
    }
  }

  @Test
  void isLeftOffWhereTheExpectationIsWrong() {
    SoftmaxRegression model = new SoftmaxRegression(2, 6, 8).memorised();
    GradientScorer wrong =
        new GradientScorer() {
          @Override
          public double[] squaredNorms(Coefficients coefficients) {
            return Arrays.stream(model.squaredNorms(coefficients)).map(n -> 1.2 * n).toArray();
          }

          @Override
          public double[] gaussNewton(Coefficients weights, int draw) {
            throw new UnsupportedOperationException();
          }
        };
    DrawLoop.Result plain = run(Control.OFF, model, 8, 0.02, 2000);
    DrawLoop.Result left = run(model, wrong, 8, 0.02, 2000);
    assertThat(left.estimates()).isEqualTo(plain.estimates());
    assertThat(left.notes().get(0))
        .matches(
            "control variate left off: its measured mean is 0\\.8\\d\\d ± 0\\.0\\d\\d of the"
                + " expected one; 250 backward passes");
  }

  @Test
  void errorOfTheExpectationIsAdded() {
    // One sample, values 1 + c and c alternating about 1: β is 1 and nothing is left but the
    // expectation, whose two draws 0.95 and 1.05 have the standard error 0.05.
    List<Double> norms = List.of(0.95, 1.05);
    List<double[]> asked = new ArrayList<>();
    GradientScorer gradients =
        new GradientScorer() {
          @Override
          public double[] squaredNorms(Coefficients coefficients) {
            asked.add(coefficients.of(0, new double[] {-1}));
            return new double[] {norms.get(asked.size() - 1)};
          }

          @Override
          public double[] gaussNewton(Coefficients weights, int draw) {
            throw new UnsupportedOperationException();
          }
        };
    RelativeChange sample = new RelativeChange(new double[] {-1}, Tokens.MEAN, 1e-6);
    GradientControl control =
        new GradientControl(
            new DrawRequest(
                (samples, noise, scale) -> List.of(),
                gradients,
                1,
                Math.sqrt(2),
                DrawRequest.Budget.of(8),
                3,
                0),
            List.of(sample));
    List<DrawSource.Draw> draws = new ArrayList<>();
    for (double c : new double[] {0.5, 1.5, 0.5, 1.5}) {
      draws.add(new DrawSource.Draw(new double[] {c}, new double[] {c}));
    }
    draws.add(new DrawSource.Draw(new double[] {Double.NaN}, new double[] {Double.NaN}));
    ControlVariate.Adjusted found = control.apply(1, draws);
    assertThat(asked).hasSize(2);
    assertThat(asked.get(0)[0]).isIn(-1.0, 1.0);
    assertThat(found.addedErrors()[0]).isCloseTo(0.05, within(1e-12));
    for (int k = 0; k < 4; k++) {
      assertThat(found.values()[k][0]).isCloseTo(1, within(1e-12));
    }
    assertThat(found.values()[4][0]).isNaN();
    // The mean of the controls is 1 ± √(1/3)/2.
    assertThat(found.notes())
        .containsExactly(
            "control variate on, β = 1.00: its measured mean is 1.000 ± 0.289 of the expected one;"
                + " 2 backward passes");
  }

  @Test
  void isLeftOffWithoutAnythingToGoBy() {
    // Every token clamped: no gradient of log|ℓ|, no control.
    NoisyScorer certain = (samples, noise, scale) -> List.of(new double[] {-1e-9 - scale * scale});
    QuadraticModel gradients = new QuadraticModel(1, 4, 0.5);
    DrawLoop.Result found = run(certain, gradients, 1, 0.01, 8);
    assertThat(found.notes().get(0))
        .startsWith("control variate left off: its measured mean is NaN");
    assertThat(found.estimates().get(0).mrd()).isCloseTo(100, within(1e-9));
  }
}
