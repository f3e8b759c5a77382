package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.MeanWithError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The control variate of antithetic pairs: {@code c_k = (1/n) Σ_t ½ o_t²}, o_t the odd part of
 * log|ℓ_t| ({@link RelativeChange#oddPart}), whose mean to second order is {@code (σ²/2n) Σ_t
 * ‖∇u_t‖²}. That mean comes from backward passes without noise ({@link #norms}), one for every four
 * pairs and at least two. All samples share one β: the slope of values on controls, each relative
 * to the sample's mean value.
 *
 * <p>The mean is only correct to second order in σ, so it is checked: the measured mean of c
 * divided by its expectation, pooled over samples, must be 1 within 5 % and two standard errors.
 * Otherwise the values stay unchanged and a note says so.
 *
 * <p><b>Source:</b> not in the paper.
 */
public final class GradientControl implements ControlVariate {
  private static final double TOLERANCE = 0.05;
  private static final int PAIRS_PER_PASS = 4;

  private final GradientScorer gradients;
  private final List<RelativeChange> samples;
  private final double sigma;
  private final RandomStream signs;
  private final List<double[]> means = new ArrayList<>();

  /** A control for the samples of the request. */
  public GradientControl(DrawRequest request, List<RelativeChange> samples) {
    this.gradients = request.gradients();
    this.samples = samples;
    this.sigma = request.sigma();
    this.signs = request.stream("mrd-signs", 0);
  }

  @Override
  public Adjusted apply(int count, List<DrawSource.Draw> draws) {
    double[][] values = values(draws, DrawSource.Draw::values);
    double[][] controls = values(draws, DrawSource.Draw::controls);
    while (means.size() < Math.max(2, draws.size() / PAIRS_PER_PASS)) {
      means.add(norms(gradients, samples, sigma, signs.child(means.size())));
    }
    MeanWithError[] expected = new MeanWithError[count];
    for (int i = 0; i < count; i++) {
      int sample = i;
      expected[i] = MeanWithError.of(means.stream().mapToDouble(m -> m[sample]).toArray());
    }
    MeanWithError ratio = ratio(controls, expected);
    String measured =
        String.format(
            Locale.ROOT,
            "its measured mean is %.3f ± %.3f of the expected one; %d backward passes",
            ratio.mean(),
            ratio.standardError(),
            means.size());
    if (!(Math.abs(ratio.mean() - 1) <= TOLERANCE + 2 * ratio.standardError())) {
      return new Adjusted(
          values, new double[count], List.of("control variate left off: " + measured));
    }
    double beta = beta(values, controls);
    return adjusted(values, controls, expected, beta, measured);
  }

  /**
   * {@code (σ²/2n) ‖Σ_t s_t ∇u_t‖²} of every sample, u = log|ℓ|, with random signs from the stream,
   * one child per sample. Its mean over signs is {@code (σ²/2n) Σ_t ‖∇u_t‖²}. Clamped tokens are
   * skipped.
   */
  public static double[] norms(
      GradientScorer gradients, List<RelativeChange> samples, double sigma, RandomStream signs) {
    double[] squares =
        gradients.squaredNorms(
            (sample, logProbs) -> {
              RandomStream own = signs.child(sample);
              double[] slopes = samples.get(sample).logSlopes();
              for (int t = 0; t < slopes.length; t++) {
                slopes[t] *= 2 * own.nextInt(2) - 1;
              }
              return slopes;
            });
    for (int i = 0; i < squares.length; i++) {
      squares[i] = samples.get(i).total(sigma * sigma / 2 * squares[i]);
    }
    return squares;
  }

  private static double[][] values(
      List<DrawSource.Draw> draws, Function<DrawSource.Draw, double[]> part) {
    return draws.stream().map(part).toArray(double[][]::new);
  }

  /** Measured over expected mean of c: the mean over pairs of the ratio pooled over samples. */
  private static MeanWithError ratio(double[][] controls, MeanWithError[] expected) {
    return MeanWithError.of(
        Arrays.stream(controls)
            .mapToDouble(
                draw ->
                    IntStream.range(0, expected.length)
                        .filter(i -> Double.isFinite(draw[i]) && expected[i].mean() > 0)
                        .mapToDouble(i -> draw[i] / expected[i].mean())
                        .average()
                        .orElse(Double.NaN))
            .filter(Double::isFinite)
            .toArray());
  }

  private static double beta(double[][] values, double[][] controls) {
    double products = 0;
    double squares = 0;
    for (int i = 0; i < values[0].length; i++) {
      double value = mean(values, i);
      double control = mean(controls, i);
      for (int k = 0; k < values.length; k++) {
        double x = (controls[k][i] - control) / value;
        double y = (values[k][i] - value) / value;
        if (Double.isFinite(x) && Double.isFinite(y)) {
          products += x * y;
          squares += x * x;
        }
      }
    }
    return squares > 0 ? products / squares : 0;
  }

  private static double mean(double[][] values, int sample) {
    return Arrays.stream(values)
        .mapToDouble(v -> v[sample])
        .filter(Double::isFinite)
        .average()
        .orElse(Double.NaN);
  }

  private static Adjusted adjusted(
      double[][] values,
      double[][] controls,
      MeanWithError[] expected,
      double beta,
      String measured) {
    double[][] adjusted = new double[values.length][expected.length];
    double[] errors = new double[expected.length];
    for (int i = 0; i < expected.length; i++) {
      for (int k = 0; k < values.length; k++) {
        adjusted[k][i] = values[k][i] - beta * (controls[k][i] - expected[i].mean());
      }
      errors[i] = Math.abs(beta) * expected[i].standardError();
    }
    String note = String.format(Locale.ROOT, "control variate on, β = %.2f: %s", beta, measured);
    return new Adjusted(adjusted, errors, List.of(note));
  }
}
