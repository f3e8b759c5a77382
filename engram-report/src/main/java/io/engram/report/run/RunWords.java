package io.engram.report.run;

import java.util.Locale;
import java.util.Set;

/** What the page calls the choices of a run. */
public final class RunWords {
  /** The order by MRD, or by a part of it. */
  public static final String MRD = "mrd";

  /** Every draw by chance alone. */
  public static final String UNIFORM = "uniform";

  /** Uniform, each draw of all samples, as MRD order's draws are. */
  public static final String UNIFORM_WITH_REPLACEMENT = "uniform_with_replacement";

  private RunWords() {}

  /**
   * An unlearning method, by the paper's names: {@code gradient ascent}, {@code GradDiff}, {@code
   * NPO}, ….
   */
  public static String method(String method) {
    return switch (method) {
      case "" -> "an unnamed method";
      case "ga" -> "gradient ascent (GA)";
      case "grad_diff" -> "GradDiff";
      case "finetune" -> "fine-tuning";
      default -> method.toUpperCase(Locale.ROOT);
    };
  }

  /** Whether an order goes by a score that isn't MRD: its name is the score's. */
  public static boolean isOtherScore(String order) {
    return !Set.of(MRD, UNIFORM, UNIFORM_WITH_REPLACEMENT).contains(order);
  }

  /**
   * An order of samples: {@code uniform order}, {@code uniform order with replacement}, {@code MRD
   * order}, {@code predicted-updates order}.
   */
  public static String order(String order) {
    if (order.equals(UNIFORM_WITH_REPLACEMENT)) {
      return "uniform order with replacement";
    }
    return (order.equals("mrd") ? "MRD" : order.replace('_', '-')) + " order";
  }
}
