package io.engram.report.page;

import io.engram.core.text.NumberText;
import io.engram.report.figure.Score;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a difference between two scores, {@code d = b − a}.
 *
 * <p>{@code SE(d) = √(SE(a)² + SE(b)²)}, as if the two were measured on different samples. They are
 * measured on the same ones, which usually makes the true error smaller, so the verdict errs on the
 * side of "no difference".
 *
 * @param difference {@code d}
 * @param standardError null if either score has none
 * @param bound whether it is an upper bound, because one of the two errors is
 */
public record Verdict(Kind kind, double difference, @Nullable Double standardError, boolean bound) {
  /** How many standard errors make a difference. */
  static final double CLEAR = 2;

  /** The result. */
  public enum Kind {
    /** b is higher by more than two standard errors. */
    HIGHER,
    /** b is lower by more than two standard errors. */
    LOWER,
    /** The difference is within two standard errors. */
    NO_DIFFERENCE,
    /** The standard error is unknown, so chance can't be distinguished from effect. */
    UNKNOWN
  }

  /** The verdict on two scores of the same measure. */
  public static Verdict between(Score a, Score b) {
    double difference = b.value() - a.value();
    Double first = a.standardError();
    Double second = b.standardError();
    if (first == null || second == null) {
      return new Verdict(Kind.UNKNOWN, difference, null, false);
    }
    boolean bound = a.bound() || b.bound();
    double error = Math.hypot(first, second);
    if (Math.abs(difference) <= CLEAR * error) {
      return new Verdict(Kind.NO_DIFFERENCE, difference, error, bound);
    }
    return new Verdict(difference > 0 ? Kind.HIGHER : Kind.LOWER, difference, error, bound);
  }

  /** {@code higher by 0.068 (standard error 0.021)}, and so on for each kind. */
  public String text() {
    String size = NumberText.fixed(Math.abs(difference), Score.DIGITS);
    return switch (kind) {
      case HIGHER -> "higher by %s (%s)".formatted(size, error());
      case LOWER -> "lower by %s (%s)".formatted(size, error());
      case NO_DIFFERENCE ->
          "not different beyond two standard errors (%s, %s)"
              .formatted(NumberText.signed(difference, Score.DIGITS), error());
      case UNKNOWN ->
          "%s by %s, without a standard error to tell it from chance"
              .formatted(difference < 0 ? "lower" : "higher", size);
    };
  }

  private String error() {
    Double error = standardError;
    return (bound ? "standard error at most " : "standard error ")
        + (error == null ? "–" : NumberText.fixed(error, Score.DIGITS));
  }
}
