package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.engram.core.text.NumberText;
import org.jspecify.annotations.Nullable;

/**
 * A measured value: a line of {@code measurements.jsonl}.
 *
 * @param stage {@code before}, {@code after} or {@code epoch-N}
 * @param suite the suite that measured it
 * @param metric a stable id: {@code tofu.forget.rouge_l_recall}
 * @param value the number
 * @param unit its unit: {@code ratio}, {@code nats}
 * @param n number of samples behind it
 * @param higherIsBetter its direction; null if neither, and {@code best} is best
 * @param standardError standard error of the value; null if unknown
 * @param judgedBy the sentence encoder or classifier that the value depends on; values of different
 *     ones can't be compared. Null, and not in the line, if there is none
 * @param best the best value of a metric without a direction; null, and not in the line: 0
 */
public record Measurement(
    String stage,
    String suite,
    String metric,
    double value,
    String unit,
    int n,
    @Nullable Boolean higherIsBetter,
    @Nullable Double standardError,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String judgedBy,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double best) {
  /** The stage of measurements of a model that never saw the forget set. */
  public static final String NEVER_SAW = "never_saw";

  /** A measurement with a direction, or that is best at 0. */
  public Measurement(
      String stage,
      String suite,
      String metric,
      double value,
      String unit,
      int n,
      @Nullable Boolean higherIsBetter,
      @Nullable Double standardError,
      @Nullable String judgedBy) {
    this(stage, suite, metric, value, unit, n, higherIsBetter, standardError, judgedBy, null);
  }

  /** A measurement that depends on no encoder or classifier. */
  public Measurement(
      String stage,
      String suite,
      String metric,
      double value,
      String unit,
      int n,
      @Nullable Boolean higherIsBetter,
      @Nullable Double standardError) {
    this(stage, suite, metric, value, unit, n, higherIsBetter, standardError, null, null);
  }

  /**
   * Which direction is better, as shown in tables: {@code higher}, {@code lower}, {@code nearer 0}
   * or {@code nearer 0.5}.
   */
  public String better() {
    return better(higherIsBetter, best);
  }

  static String better(@Nullable Boolean higherIsBetter, @Nullable Double best) {
    if (higherIsBetter == null) {
      return "nearer " + NumberText.plain(best == null ? 0 : best);
    }
    return higherIsBetter ? "higher" : "lower";
  }
}
