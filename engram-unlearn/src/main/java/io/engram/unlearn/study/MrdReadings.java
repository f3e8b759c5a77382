package io.engram.unlearn.study;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import io.engram.unlearn.mrd.EstimatorSection.Tokens;
import io.engram.unlearn.mrd.NoisyScorer;
import io.engram.unlearn.mrd.RelativeChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Every reading of MRD from the same antithetic pairs: absolute value outside or inside, mean or
 * sum over tokens, and the change of the sum that Eq. 3 takes, its even part. A reading a name such
 * as {@code mrd_outside_mean@0.001}.
 */
final class MrdReadings {
  private final NoisyScorer scorer;
  private final int samples;
  private final double clamp;
  private final long seed;

  MrdReadings(NoisyScorer scorer, int samples, double clamp, long seed) {
    this.scorer = scorer;
    this.samples = samples;
    this.clamp = clamp;
    this.seed = seed;
  }

  /** The readings at one σ by name, {@code [N]} each. */
  Map<String, double[]> at(double sigma, int pairs, ProgressListener progress) {
    int[] all = IntStream.range(0, samples).toArray();
    List<double[]> original = scorer.logProbs(all, stream(0), 0);
    Map<String, double[]> sums = new LinkedHashMap<>();
    progress.start("MRD at σ = " + sigma, pairs, "pairs");
    for (int k = 0; k < pairs; k++) {
      int pair = k;
      NoisyScorer.Pair both = scorer.pair(all, () -> stream(pair), sigma);
      for (int i = 0; i < samples; i++) {
        add(sums, sigma, i, original.get(i), both.plus().get(i), both.minus().get(i));
      }
      progress.advance(1);
    }
    progress.finish();
    sums.replaceAll((name, sum) -> Arrays.stream(sum).map(s -> Math.abs(s) / pairs).toArray());
    return sums;
  }

  private void add(
      Map<String, double[]> sums,
      double sigma,
      int sample,
      double[] original,
      double[] plus,
      double[] minus) {
    for (Tokens tokens : Tokens.values()) {
      RelativeChange change = new RelativeChange(original, tokens, clamp);
      for (Absolute absolute : Absolute.values()) {
        double value = (absolute.of(change.of(plus)) + absolute.of(change.of(minus))) / 2;
        String name = String.join("_", "mrd", word(absolute), word(tokens)) + "@" + sigma;
        sums.computeIfAbsent(name, n -> new double[samples])[sample] += value;
      }
    }
    double even = sum(original) - (sum(plus) + sum(minus)) / 2;
    sums.computeIfAbsent("sum_change@" + sigma, n -> new double[samples])[sample] += even;
  }

  private static double sum(double[] values) {
    return Arrays.stream(values).sum();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private RandomStream stream(int pair) {
    return RandomStream.of(seed, "study-mrd", 0, pair);
  }

  /** Names of the readings at these σ, in order. */
  static List<String> names(List<Double> sigmas) {
    List<String> names = new ArrayList<>();
    for (double sigma : sigmas) {
      for (Tokens tokens : Tokens.values()) {
        for (Absolute absolute : Absolute.values()) {
          names.add(String.join("_", "mrd", word(absolute), word(tokens)) + "@" + sigma);
        }
      }
      names.add("sum_change@" + sigma);
    }
    return names;
  }
}
