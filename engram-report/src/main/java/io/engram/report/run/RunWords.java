package io.engram.report.run;

import java.util.Locale;
import java.util.Set;

/** The page's names for the choices of a run. */
public final class RunWords {
  /** The order by MRD, or by a part of it. */
  public static final String MRD = "mrd";

  /** Every draw purely by chance. */
  public static final String UNIFORM = "uniform";

  /** Uniform, with each draw from all samples, as in MRD order. */
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

  /** Whether an order uses a score other than MRD; its name is then mostly the score's. */
  public static boolean isOtherScore(String order) {
    return !Set.of(MRD, UNIFORM, UNIFORM_WITH_REPLACEMENT, "hinge", "dro", "saturation")
        .contains(order);
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
