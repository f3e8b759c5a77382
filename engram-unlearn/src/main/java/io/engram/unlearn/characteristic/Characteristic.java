package io.engram.unlearn.characteristic;

import java.util.Arrays;

/**
 * One characteristic of all samples.
 *
 * @param name for people: "MTLD"
 * @param values one a sample, {@code [n]}; NaN where the characteristic isn't defined for it
 * @param rule what is high
 */
public record Characteristic(String name, double[] values, SplitRule rule) {

  /**
   * Where a characteristic's values part in high and low.
   *
   * <p><b>Source:</b> §4.2.
   */
  @FunctionalInterface
  public interface SplitRule {
    /**
     * A place to part values at.
     *
     * @param threshold in the values' unit
     * @param inclusive whether the threshold itself is high
     * @param reason what the threshold is, for people: "upper quartile"
     */
    record Cut(double threshold, boolean inclusive, String reason) {
      /** Whether a value is high. */
      public boolean isHigh(double value) {
        return inclusive ? value >= threshold : value > threshold;
      }
    }

    /**
     * The cut of these values.
     *
     * @param values one a sample, {@code [n]}, none NaN, n ≥ 1
     */
    Cut of(double[] values);

    /**
     * High is the largest quarter of the samples, {@code v ≥ v₍₁₊⌊3n/4⌋₎} in rising order: ⌈n/4⌉ of
     * them, more where values are equal. No interpolation, so that infinite values do.
     */
    static SplitRule upperQuartile() {
      return values -> {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Cut(sorted[3 * sorted.length / 4], true, "upper quartile");
      };
    }

    /** High is what's above the samples' mean. */
    static SplitRule aboveMean() {
      return values ->
          new Cut(Arrays.stream(values).average().orElseThrow(), false, "mean of the samples");
    }

    /** High is what's above a number that doesn't depend on the samples. */
    static SplitRule above(double threshold, String reason) {
      return values -> new Cut(threshold, false, reason);
    }
  }
}
