package io.engram.report.compare;

import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.PairedDifference;
import io.engram.report.compare.OrderPairs.Pair;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How much better a measure is under one order than under another, over pairs of runs with equal
 * seed.
 *
 * @param suite the suite that measured it
 * @param metric its id
 * @param unit its unit, and that of the difference
 * @param better {@code higher}, {@code lower}, {@code nearer 0}, {@code nearer 0.5}
 * @param pairs n: pairs that have the measure
 * @param baseline mean of the baseline runs
 * @param other mean of the other runs
 * @param betterBy {@code other − baseline} if higher is better, {@code baseline − other} if lower
 *     is, {@code |baseline − best| − |other − best|} if nearer its best value is; the mean over
 *     pairs
 * @param low the lower end of its 95 % interval, Student's t over the pairs; null for one pair
 * @param high its upper end; null for one pair
 * @param verdict whether the other is better: {@code holds}, {@code fails}, {@code can't be decided
 *     at this n}, {@code no difference at all}
 */
public record MeasureDifference(
    String suite,
    String metric,
    String unit,
    String better,
    int pairs,
    double baseline,
    double other,
    double betterBy,
    @Nullable Double low,
    @Nullable Double high,
    String verdict) {
  private static final double LEVEL = 0.95;
  private static final int MOST_DIGITS = 9;

  private record Values(Measurement baseline, Measurement other) {}

  /** For each measure that the first pair has after its last update. */
  static List<MeasureDifference> of(List<Pair> pairs) {
    List<MeasureDifference> found = new ArrayList<>();
    if (!pairs.isEmpty()) {
      for (Measurement measurement : pairs.get(0).baseline().at(RunContents.AFTER)) {
        List<Values> values =
            pairs.stream()
                .map(pair -> values(pair, measurement.metric()))
                .filter(Objects::nonNull)
                .toList();
        if (!values.isEmpty()) {
          found.add(of(measurement, values));
        }
      }
    }
    return found;
  }

  /** Null if one run lacks it, or they were judged by different encoders. */
  private static @Nullable Values values(Pair pair, String metric) {
    Measurement baseline = pair.baseline().measurement(RunContents.AFTER, metric);
    Measurement other = pair.other().measurement(RunContents.AFTER, metric);
    return baseline != null
            && other != null
            && Double.isFinite(baseline.value())
            && Double.isFinite(other.value())
            && Objects.equals(baseline.judgedBy(), other.judgedBy())
        ? new Values(baseline, other)
        : null;
  }

  private static MeasureDifference of(Measurement measure, List<Values> values) {
    double[] baseline = values.stream().mapToDouble(pair -> pair.baseline().value()).toArray();
    double[] other = values.stream().mapToDouble(pair -> pair.other().value()).toArray();
    PairedDifference difference =
        PairedDifference.of(goodness(baseline, measure), goodness(other, measure), LEVEL);
    boolean several = difference.n() > 1;
    return new MeasureDifference(
        measure.suite(),
        measure.metric(),
        measure.unit(),
        measure.better(),
        difference.n(),
        MeanWithError.of(baseline).mean(),
        MeanWithError.of(other).mean(),
        difference.mean(),
        several ? (@Nullable Double) difference.interval().low() : null,
        several ? (@Nullable Double) difference.interval().high() : null,
        difference.verdict().text());
  }

  /** The values, turned so that more is better. */
  private static double[] goodness(double[] values, Measurement measure) {
    Boolean higherIsBetter = measure.higherIsBetter();
    Double best = measure.best();
    double[] good = new double[values.length];
    for (int i = 0; i < good.length; i++) {
      if (higherIsBetter == null) {
        good[i] = -Math.abs(values[i] - (best == null ? 0 : best));
      } else {
        good[i] = higherIsBetter ? values[i] : -values[i];
      }
    }
    return good;
  }

  /** The id without the suite's name. */
  public String name() {
    return metric.startsWith(suite + ".") ? metric.substring(suite.length() + 1) : metric;
  }

  /**
   * Digits after the point to show two digits of half the interval, or three of the difference if
   * the interval is narrower.
   */
  public int digits() {
    double half = low == null || high == null ? 0 : (high - low) / 2;
    double shown = Math.max(half, Math.abs(betterBy) / 10);
    int digits = shown == 0 ? 0 : 1 - (int) Math.floor(Math.log10(shown));
    return Math.max(0, Math.min(MOST_DIGITS, digits));
  }
}
