package io.engram.unlearn.characteristic;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.CliffsDelta;
import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.RankCorrelation;
import io.engram.unlearn.characteristic.CharacteristicRow.Contrast;
import io.engram.unlearn.characteristic.CharacteristicRow.Correlation;
import io.engram.unlearn.characteristic.CharacteristicRow.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** MRD of the samples for which a characteristic is defined, parted at its cut. */
final class MrdSplit {
  private static final double COVERED = 0.95;
  private static final int DRAWS = 2000;

  private final String name;
  private final double[] mrd;
  private final double[] values;
  private final SplitRule.@Nullable Cut cut;
  private final List<String> remarks = new ArrayList<>();

  MrdSplit(double[] allMrd, Characteristic characteristic) {
    double[] all = characteristic.values();
    if (all.length != allMrd.length) {
      throw new IllegalArgumentException(
          "%s: %d values, MRD of %d samples"
              .formatted(characteristic.name(), all.length, allMrd.length));
    }
    int[] kept =
        IntStream.range(0, all.length)
            .filter(i -> Double.isFinite(allMrd[i]) && !Double.isNaN(all[i]))
            .toArray();
    this.name = characteristic.name();
    this.mrd = Arrays.stream(kept).mapToDouble(i -> allMrd[i]).toArray();
    this.values = Arrays.stream(kept).mapToDouble(i -> all[i]).toArray();
    this.cut = kept.length == 0 ? null : characteristic.rule().of(values);
    if (kept.length < all.length) {
      remarks.add(
          "%d of %d samples left out: no value or no MRD"
              .formatted(all.length - kept.length, all.length));
    }
  }

  CharacteristicRow row(long seed, int index) {
    RandomStream random = RandomStream.of(seed, "characteristic", 0, index);
    Level low = level(false);
    Level high = level(true);
    Contrast contrast = low.n() < 2 || high.n() < 2 ? null : contrast(random.child(0));
    Correlation correlation = correlation(random.child(1));
    if (correlation == null) {
      remarks.add("no rank correlation: fewer than 3 samples, or all values are equal");
    }
    return new CharacteristicRow(name, cut, low, high, contrast, correlation, remarks);
  }

  private Level level(boolean high) {
    MeanWithError mean = MeanWithError.of(mrdOf(high, allSamples()));
    if (mean.n() < 2) {
      remarks.add(
          (mean.n() == 0 ? "no sample is " : "one sample only is ")
              + (high ? "high" : "low")
              + ": no difference");
    }
    return new Level(
        mean.n(),
        mean.n() == 0 ? null : Double.valueOf(mean.mean()),
        mean.n() < 2 ? null : Double.valueOf(mean.standardError()));
  }

  private Contrast contrast(RandomStream random) {
    double[] samples = allSamples();
    return new Contrast(
        difference(samples),
        interval(this::difference, random),
        CliffsDelta.of(mrdOf(true, samples), mrdOf(false, samples)));
  }

  private @Nullable Correlation correlation(RandomStream random) {
    if (mrd.length < 3) {
      return null;
    }
    double rho = rho(allSamples());
    return Double.isNaN(rho) ? null : new Correlation(rho, interval(this::rho, random));
  }

  /** Draws without a statistic (a level is missing, all values are one) are left out: NaN is. */
  private Bootstrap.Interval interval(ToDoubleFunction<double[]> statistic, RandomStream random) {
    return Bootstrap.interval(allSamples(), statistic, COVERED, DRAWS, random);
  }

  private double difference(double[] samples) {
    return MeanWithError.of(mrdOf(true, samples)).mean()
        - MeanWithError.of(mrdOf(false, samples)).mean();
  }

  private double rho(double[] samples) {
    return RankCorrelation.spearman(chosen(values, samples), chosen(mrd, samples));
  }

  /** Samples are named by their index, as a number that the bootstrap can redraw. */
  private double[] allSamples() {
    return IntStream.range(0, mrd.length).asDoubleStream().toArray();
  }

  private double[] mrdOf(boolean high, double[] samples) {
    return Arrays.stream(samples)
        .filter(i -> cut != null && cut.isHigh(values[(int) i]) == high)
        .map(i -> mrd[(int) i])
        .toArray();
  }

  private static double[] chosen(double[] numbers, double[] samples) {
    return Arrays.stream(samples).map(i -> numbers[(int) i]).toArray();
  }
}
