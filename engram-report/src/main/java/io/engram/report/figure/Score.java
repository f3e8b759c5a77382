package io.engram.report.figure;

import io.engram.core.run.Measurement;
import io.engram.core.text.NumberText;
import io.engram.report.run.RunContents;
import org.jspecify.annotations.Nullable;

/**
 * A measured value and its error, as far as known.
 *
 * @param standardError null if neither it nor its parts' are recorded
 * @param bound whether the standard error is an upper bound instead of a measured one
 * @param n the number of samples
 */
public record Score(double value, @Nullable Double standardError, boolean bound, int n) {
  /** Digits of scores between 0 and 1. */
  public static final int DIGITS = 3;

  /** The score of a run at a stage, or null if it wasn't measured. */
  public static @Nullable Score of(RunContents run, String stage, Metric metric) {
    Measurement measured = run.measurement(stage, metric.id());
    if (measured == null || !Double.isFinite(measured.value())) {
      return null;
    }
    if (measured.standardError() != null || metric.parts().isEmpty()) {
      return new Score(measured.value(), measured.standardError(), false, measured.n());
    }
    Double bound = bound(run, stage, metric);
    return new Score(measured.value(), bound, bound != null, measured.n());
  }

  /**
   * The standard error of a mean of k measures is at most the mean of their k standard errors,
   * however the measures are correlated (triangle inequality).
   */
  private static @Nullable Double bound(RunContents run, String stage, Metric metric) {
    double sum = 0;
    for (Metric part : metric.parts()) {
      Measurement measured = run.measurement(stage, part.id());
      if (measured == null || measured.standardError() == null) {
        return null;
      }
      sum += measured.standardError();
    }
    return sum / metric.parts().size();
  }

  /** {@code 0.634 ± 0.021}. */
  public String text() {
    return NumberText.withError(value, standardError, DIGITS);
  }

  /** The standard error alone, as {@link #text} shows it; empty if there is none. */
  public String errorText() {
    Double error = standardError;
    return error == null ? "" : "±\u00a0" + NumberText.fixed(error, DIGITS);
  }

  /** Where the standard error comes from: a bound is marked as an estimate. */
  public Cell.Provenance errorProvenance() {
    return bound ? Cell.Provenance.ESTIMATED : Cell.Provenance.MEASURED;
  }
}
