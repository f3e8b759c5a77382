package io.engram.report.run;

import java.util.Locale;

/** What the page calls an unlearning method: the paper's names. */
public final class MethodText {
  private MethodText() {}

  /** {@code gradient ascent}, {@code GradDiff}, {@code NPO}, …. */
  public static String of(String method) {
    return switch (method) {
      case "" -> "an unnamed method";
      case "ga" -> "gradient ascent (GA)";
      case "grad_diff" -> "GradDiff";
      case "finetune" -> "fine-tuning";
      default -> method.toUpperCase(Locale.ROOT);
    };
  }
}
