package io.engram.unlearn.eval;

import org.jspecify.annotations.Nullable;

/**
 * A number that a suite measures: everything about its measurements except the value.
 *
 * @param id follows the suite's name and a dot: {@code forget.mia_auc}
 * @param unit {@code ratio}, {@code percent}, …
 * @param higherIsBetter its direction; null: neither, the nearer to {@code best} the better
 * @param chance its value for a model that guesses or can't tell the sets apart; null: unknown
 * @param best the best value of a metric without a direction; null: 0
 */
public record SuiteMetric(
    String id,
    String unit,
    @Nullable Boolean higherIsBetter,
    @Nullable Double chance,
    @Nullable Double best) {
  /** A metric with a direction, or whose best value is 0. */
  public SuiteMetric(
      String id, String unit, @Nullable Boolean higherIsBetter, @Nullable Double chance) {
    this(id, unit, higherIsBetter, chance, null);
  }

  /** A ratio. */
  public static SuiteMetric ratio(String id, boolean higherIsBetter) {
    return new SuiteMetric(id, "ratio", higherIsBetter, null);
  }

  /** A ratio that is best at this value, such as an area under a curve at ½. */
  public static SuiteMetric nearer(String id, double best) {
    return new SuiteMetric(id, "ratio", null, null, best);
  }

  /** The same in another unit. */
  public SuiteMetric in(String other) {
    return new SuiteMetric(id, other, higherIsBetter, chance, best);
  }

  /** The same with this value by chance. */
  public SuiteMetric byChance(double value) {
    return new SuiteMetric(id, unit, higherIsBetter, value, best);
  }
}
