package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A "model" of {@code d} parameters whose log-likelihoods are exactly quadratic in them: {@code
 * ℓ_t(θ+δ) = ℓ_t + g_t·δ + ½ Σ_j h_tj δ_j²}. Then {@code E r = −(σ²/2n) Σ_t Σ_j h_tj / ℓ_t} without
 * a rest.
 */
public final class QuadraticModel implements NoisyScorer, GradientScorer {
  private final int dimension;
  private final double[][] values;
  private final double[][][] gradients;
  private final double[][][] curvatures;

  /** {@code samples} samples; every coefficient from a stream. Sample i has i + 1 tokens. */
  public QuadraticModel(int samples, int dimension, double slope) {
    RandomStream random = RandomStream.of(7, "quadratic", 0, 0);
    this.dimension = dimension;
    values = new double[samples][];
    gradients = new double[samples][][];
    curvatures = new double[samples][][];
    for (int i = 0; i < samples; i++) {
      values[i] = new double[i + 1];
      gradients[i] = new double[i + 1][dimension];
      curvatures[i] = new double[i + 1][dimension];
      for (int t = 0; t <= i; t++) {
        values[i][t] = -0.2 - 2 * random.nextDouble();
        Arrays.setAll(gradients[i][t], j -> slope * random.nextGaussian());
        // All of one sign: a maximum, as of a memorised sample.
        Arrays.setAll(curvatures[i][t], j -> -3 * random.nextDouble());
      }
    }
  }

  public int samples() {
    return values.length;
  }

  /** {@code (σ²/2n) Σ_t |Tr H_t| / |ℓ_t|}: Theorem 3.2, here exact. */
  public double mrd(int sample, double sigma) {
    double sum = 0;
    for (int t = 0; t < values[sample].length; t++) {
      sum += Math.abs(Arrays.stream(curvatures[sample][t]).sum()) / Math.abs(values[sample][t]);
    }
    return sigma * sigma / (2 * values[sample].length) * sum;
  }

  /** {@code (σ²/2n) Σ_t ‖∇u_t‖²}, u = log|ℓ|. */
  public double gradientTerm(int sample, double sigma) {
    double sum = 0;
    for (int t = 0; t < values[sample].length; t++) {
      double value = values[sample][t];
      sum += Arrays.stream(gradients[sample][t]).map(g -> g * g / (value * value)).sum();
    }
    return sigma * sigma / (2 * values[sample].length) * sum;
  }

  @Override
  public double[] squaredNorms(Coefficients coefficients) {
    double[] norms = new double[samples()];
    for (int i = 0; i < norms.length; i++) {
      double[] c = coefficients.of(i, values[i]);
      for (int j = 0; j < dimension; j++) {
        double sum = 0;
        for (int t = 0; t < c.length; t++) {
          sum += c[t] * gradients[i][t][j];
        }
        norms[i] += sum * sum;
      }
    }
    return norms;
  }

  @Override
  public double[] gaussNewton(Coefficients weights, int draw) {
    throw new UnsupportedOperationException("has no logits");
  }

  @Override
  public List<double[]> logProbs(int[] samples, RandomStream noise, double scale) {
    double[] delta = new double[dimension];
    if (scale != 0) {
      Arrays.setAll(delta, j -> scale * noise.nextGaussian());
    }
    return Arrays.stream(samples).mapToObj(i -> logProbs(i, delta)).toList();
  }

  private double[] logProbs(int sample, double[] delta) {
    return IntStream.range(0, values[sample].length)
        .mapToDouble(
            t -> {
              double value = values[sample][t];
              for (int j = 0; j < dimension; j++) {
                value += gradients[sample][t][j] * delta[j];
                value += curvatures[sample][t][j] * delta[j] * delta[j] / 2;
              }
              return value;
            })
        .toArray();
  }
}
