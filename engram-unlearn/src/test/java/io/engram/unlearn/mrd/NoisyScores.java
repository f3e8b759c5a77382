package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.RankCorrelation;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A source without a model: sample i has the true score {@code 10 + z_i}, z ~ N(0, 1), far enough
 * from 0 that the absolute value changes nothing, and draw k is that plus noise of a known size.
 */
final class NoisyScores implements DrawSource {
  private final double[] truth;
  private final double noise;
  private final RandomStream random;

  NoisyScores(int samples, double noise, long repetition) {
    this(samples, 1, noise, repetition);
  }

  NoisyScores(int samples, double spread, double noise, long repetition) {
    RandomStream scores = RandomStream.of(1, "test-scores", 0, repetition);
    this.truth = scores(samples, spread, scores);
    this.noise = noise;
    this.random = RandomStream.of(1, "test-noise", 0, repetition);
  }

  private static double[] scores(int samples, double spread, RandomStream random) {
    return IntStream.range(0, samples)
        .mapToDouble(i -> 10 + spread * random.nextGaussian())
        .toArray();
  }

  /** Kendall's τ between estimates and the true scores. */
  double tau(double[] estimates) {
    return RankCorrelation.kendallTau(estimates, truth);
  }

  /** Kendall's τ between the mean of values and the true scores. */
  double tau(double[][] values) {
    double[] means = new double[truth.length];
    Arrays.setAll(means, i -> Arrays.stream(values).mapToDouble(v -> v[i]).average().orElseThrow());
    return tau(means);
  }

  double[][] values(int draws) {
    return IntStream.range(0, draws).mapToObj(k -> draw(k).values()).toArray(double[][]::new);
  }

  @Override
  public Draw draw(int k) {
    RandomStream own = random.child(k);
    return Draw.of(Arrays.stream(truth).map(score -> score + noise * own.nextGaussian()).toArray());
  }

  @Override
  public int passes() {
    return 2;
  }

  @Override
  public List<RelativeChange> samples() {
    RelativeChange any = new RelativeChange(new double[] {-1}, Tokens.MEAN, 1e-6);
    return Arrays.stream(truth).mapToObj(score -> any).toList();
  }

  @Override
  public String unit() {
    return "pairs";
  }
}
