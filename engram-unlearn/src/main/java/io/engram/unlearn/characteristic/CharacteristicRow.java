package io.engram.unlearn.characteristic;

import io.engram.core.stats.Bootstrap.Interval;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
public record CharacteristicRow(
    String name,
    SplitRule.@Nullable Cut cut,
    Level low,
    Level high,
    @Nullable Contrast contrast,
    @Nullable Correlation correlation,
    List<String> remarks) {
  /** Copies the remarks. */
  public CharacteristicRow {
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
