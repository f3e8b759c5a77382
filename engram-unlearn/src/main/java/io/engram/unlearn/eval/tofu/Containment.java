package io.engram.unlearn.eval.tofu;

import java.util.Locale;

/** Whether a short fact is in an answer: how real_authors and world_facts are judged. */
public final class Containment {
  /** How rows name this judge. */
  public static final String NAME = "containment";

  private Containment() {}

  /** Whether the true answer occurs in the output, letters' case aside. */
  public static boolean isCorrect(String output, String answer) {
    return output.toLowerCase(Locale.ROOT).contains(answer.toLowerCase(Locale.ROOT));
  }
}
