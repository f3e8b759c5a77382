package io.engram.unlearn.characteristic;

import io.engram.core.random.RandomStream;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.Bootstrap.Interval;
import io.engram.core.stats.CliffsDelta;
import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.RankCorrelation;
import io.engram.unlearn.characteristic.Characteristic.SplitRule;
import io.engram.unlearn.characteristic.CharacteristicTable.Row.Contrast;
import io.engram.unlearn.characteristic.CharacteristicTable.Row.Correlation;
import io.engram.unlearn.characteristic.CharacteristicTable.Row.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * MRD by the samples' characteristics: for each, how many samples are high and low, their mean MRD,
 * how far the levels differ, and the rank correlation, which needs no levels.
 *
 * <p><b>Source:</b> §4.2, Table 7, App. D.2. <b>Differs:</b> all samples are used, not 40 drawn
 * from them; errors and intervals are added. Table 7 gives the larger MRD to samples of high
 * initial generation probability (0.7689 against 0.3481), the text of §4.2 to those of low: this
 * table doesn't expect either.
 *
 * @param rows one a characteristic, in the order given
 */
public record CharacteristicTable(List<Row> rows) {
  /** Copies the rows. */
  public CharacteristicTable {
    rows = List.copyOf(rows);
  }

  /**
   * The table of these samples.
   *
   * @param mrd one a sample, {@code [n]}; a sample whose MRD isn't finite is left out
   * @param seed of the bootstrap: its draws come from the stream "characteristic"
   * @throws IllegalArgumentException if a characteristic has another number of values
   */
  public static CharacteristicTable of(
      double[] mrd, List<Characteristic> characteristics, long seed) {
    return new CharacteristicTable(
        IntStream.range(0, characteristics.size())
            .mapToObj(i -> new MrdSplit(mrd, characteristics.get(i)).row(seed, i))
            .toList());
  }

  /** MRD of the samples for which a characteristic is defined, parted at its cut. */
  private static final class MrdSplit {
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

    Row row(long seed, int index) {
      RandomStream random = RandomStream.of(seed, "characteristic", 0, index);
      Level low = level(false);
      Level high = level(true);
      Contrast contrast = low.n() < 2 || high.n() < 2 ? null : contrast(random.child(0));
      Correlation correlation = correlation(random.child(1));
      if (correlation == null) {
        remarks.add("no rank correlation: fewer than 3 samples, or all values are equal");
      }
      return new Row(name, cut, low, high, contrast, correlation, remarks);
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

  /**
   * How MRD goes with one characteristic.
   *
   * @param name the characteristic's
   * @param cut what is high; null where no sample has a value
   * @param low the samples below the cut
   * @param high the samples above it
   * @param contrast high against low; null where a level has fewer than two samples
   * @param correlation over all samples with a value; null where there are fewer than three or one
   *     side is constant
   * @param remarks what a reader must know: which of the above is missing and why, samples left out
   */
  public record Row(
      String name,
      SplitRule.@Nullable Cut cut,
      Level low,
      Level high,
      @Nullable Contrast contrast,
      @Nullable Correlation correlation,
      List<String> remarks) {
    /** Copies the remarks. */
    public Row {
      remarks = List.copyOf(remarks);
    }

    /**
     * The samples of one level.
     *
     * @param n how many
     * @param meanMrd their mean MRD; null where there are none
     * @param standardError of the mean, from the samples' spread; null of fewer than two
     */
    public record Level(int n, @Nullable Double meanMrd, @Nullable Double standardError) {}

    /**
     * High against low.
     *
     * @param difference {@code mean MRD of high − mean MRD of low}
     * @param interval 95 %, bootstrap: samples are redrawn, each with its level
     * @param cliffsDelta {@code P(high > low) − P(high < low)} of MRD, in [-1, 1]
     */
    public record Contrast(double difference, Interval interval, double cliffsDelta) {}

    /**
     * The characteristic's values against MRD.
     *
     * @param spearmanRho in [-1, 1]
     * @param interval 95 %, bootstrap: samples are redrawn
     */
    public record Correlation(double spearmanRho, Interval interval) {}
  }
}
