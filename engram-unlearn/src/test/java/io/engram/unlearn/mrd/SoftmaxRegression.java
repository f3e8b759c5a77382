package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code ℓ = log softmax(W x)_y} with W {@code [classes, inputs]}, one token a sample. {@code Tr
 * ∇²_W ℓ = −‖x‖² (1 − Σ_c p_c²)}, and {@code ∇_W ℓ = (e_y − p) xᵀ}. The logits being linear, the
 * Gauss-Newton matrix is −∇²ℓ itself.
 */
public final class SoftmaxRegression implements NoisyScorer, GradientScorer {
  private final double[][] weights;
  private final double[][] inputs;
  private final int[] labels;

  /** Sample i has class i mod classes, however unlikely. */
  public SoftmaxRegression(int classes, int width, int samples) {
    RandomStream random = RandomStream.of(11, "softmax", 0, 0);
    weights = normal(classes, width, random);
    inputs = normal(samples, width, random);
    labels = IntStream.range(0, samples).map(i -> i % classes).toArray();
  }

  /** The same model where each sample has its likeliest class, as one that knows its samples. */
  public SoftmaxRegression memorised() {
    for (int i = 0; i < labels.length; i++) {
      double[] logProbs = logSoftmax(weights, inputs[i]);
      labels[i] =
          IntStream.range(0, logProbs.length)
              .reduce(0, (best, c) -> logProbs[c] > logProbs[best] ? c : best);
    }
    return this;
  }

  public int samples() {
    return inputs.length;
  }

  /** {@code (σ²/2) |Tr H| / |ℓ|}: Theorem 3.2 for one token. */
  public double theorem(int sample, double sigma) {
    return sigma * sigma / 2 * fisher(sample) / Math.abs(logProb(sample));
  }

  public double logProb(int sample) {
    return logSoftmax(weights, inputs[sample])[label(sample)];
  }

  public double trace(int sample) {
    double[] logProbs = logSoftmax(weights, inputs[sample]);
    double squares = Arrays.stream(logProbs).map(l -> Math.exp(2 * l)).sum();
    return -Arrays.stream(inputs[sample]).map(x -> x * x).sum() * (1 - squares);
  }

  /** {@code vᵀHv = −(Σ_c p_c a_c² − (Σ_c p_c a_c)²)} with {@code a = V x}. */
  public double curvature(int sample, RandomStream signs) {
    double[] logProbs = logSoftmax(weights, inputs[sample]);
    double mean = 0;
    double square = 0;
    for (int c = 0; c < weights.length; c++) {
      double a = 0;
      for (double x : inputs[sample]) {
        a += signs.nextInt(2) == 0 ? x : -x;
      }
      mean += Math.exp(logProbs[c]) * a;
      square += Math.exp(logProbs[c]) * a * a;
    }
    return -(square - mean * mean);
  }

  /** {@code (σ²/2) ‖∇u‖²}, u = log|ℓ|. */
  public double gradientTerm(int sample, double sigma) {
    return sigma * sigma / 2 * squaredNorm(sample) / Math.pow(logProb(sample), 2);
  }

  private double fisher(int sample) {
    double[] logProbs = logSoftmax(weights, inputs[sample]);
    double squares = Arrays.stream(logProbs).map(l -> Math.exp(2 * l)).sum();
    return Arrays.stream(inputs[sample]).map(x -> x * x).sum() * (1 - squares);
  }

  private double squaredNorm(int sample) {
    double[] logProbs = logSoftmax(weights, inputs[sample]);
    double squares = 0;
    for (int c = 0; c < logProbs.length; c++) {
      squares += Math.pow((c == label(sample) ? 1 : 0) - Math.exp(logProbs[c]), 2);
    }
    return Arrays.stream(inputs[sample]).map(x -> x * x).sum() * squares;
  }

  @Override
  public double[] squaredNorms(Coefficients coefficients) {
    return IntStream.range(0, samples())
        .mapToDouble(i -> square(coefficients, i) * squaredNorm(i))
        .toArray();
  }

  /** The mean over signs: the same for every draw. */
  @Override
  public double[] gaussNewton(Coefficients weights, int draw) {
    return IntStream.range(0, samples()).mapToDouble(i -> square(weights, i) * fisher(i)).toArray();
  }

  private double square(Coefficients coefficients, int sample) {
    return Math.pow(coefficients.of(sample, new double[] {logProb(sample)})[0], 2);
  }

  @Override
  public List<double[]> logProbs(int[] samples, RandomStream noise, double scale) {
    double[][] perturbed = normal(weights.length, weights[0].length, noise);
    for (int c = 0; c < weights.length; c++) {
      double[] row = perturbed[c];
      double[] original = weights[c];
      Arrays.setAll(row, j -> original[j] + scale * row[j]);
    }
    return Arrays.stream(samples)
        .mapToObj(i -> new double[] {logSoftmax(perturbed, inputs[i])[label(i)]})
        .toList();
  }

  private int label(int sample) {
    return labels[sample];
  }

  private static double[] logSoftmax(double[][] weights, double[] input) {
    double[] logits = new double[weights.length];
    for (int c = 0; c < weights.length; c++) {
      for (int j = 0; j < input.length; j++) {
        logits[c] += weights[c][j] * input[j];
      }
    }
    double sum = Math.log(Arrays.stream(logits).map(Math::exp).sum());
    return Arrays.stream(logits).map(logit -> logit - sum).toArray();
  }

  private static double[][] normal(int rows, int columns, RandomStream random) {
    double[][] values = new double[rows][columns];
    for (double[] row : values) {
      Arrays.setAll(row, j -> random.nextGaussian());
    }
    return values;
  }
}
