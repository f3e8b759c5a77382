package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code measurements.jsonl}.
 *
 * @param stage {@code before}, {@code after} or {@code epoch-N}
 * @param suite which suite measured
 * @param metric a stable id: {@code tofu.forget.rouge_l_recall}
 * @param value the number
 * @param unit its unit: {@code ratio}, {@code nats}
 * @param n how many samples it is over
 * @param higherIsBetter its direction; null: neither, the best is 0
 * @param standardError of the value; null: unknown
 * @param judgedBy the sentence encoder or classifier that the value rests on, which another's can't
 *     be compared with; null, and left out of the line: none
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
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String judgedBy) {
  /** A measurement that rests on no encoder. */
  public Measurement(
      String stage,
      String suite,
      String metric,
      double value,
      String unit,
      int n,
      @Nullable Boolean higherIsBetter,
      @Nullable Double standardError) {
    this(stage, suite, metric, value, unit, n, higherIsBetter, standardError, null);
  }

  /** What is better, as tables say it: {@code higher}, {@code lower} or {@code nearer 0}. */
  public String better() {
    return better(higherIsBetter);
  }

  static String better(@Nullable Boolean higherIsBetter) {
    if (higherIsBetter == null) {
      return "nearer 0";
    }
    return higherIsBetter ? "higher" : "lower";
  }
}
