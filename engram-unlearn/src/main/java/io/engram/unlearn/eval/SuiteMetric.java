package io.engram.unlearn.eval;

import org.jspecify.annotations.Nullable;

/**
 * A number that a suite measures: everything about its measurements except the value.
 *
 * @param id follows the suite's name and a dot: {@code forget.mia_auc}
 * @param unit {@code ratio}, {@code percent}, …
 * @param higherIsBetter its direction; null: neither, since the best is 0
 * @param chance its value for a model that guesses or can't tell the sets apart; null: unknown
 */
public record SuiteMetric(
    String id, String unit, @Nullable Boolean higherIsBetter, @Nullable Double chance) {
  /** A ratio. */
  public static SuiteMetric ratio(String id, boolean higherIsBetter) {
    return new SuiteMetric(id, "ratio", higherIsBetter, null);
  }

  /** The same in another unit. */
  public SuiteMetric in(String other) {
    return new SuiteMetric(id, other, higherIsBetter, chance);
  }

  /** The same with this value by chance. */
  public SuiteMetric byChance(double value) {
    return new SuiteMetric(id, unit, higherIsBetter, value);
  }
}
