package io.engram.core.sample;

import java.util.List;

/**
 * The wordings that ask a model to continue an excerpt.
 *
 * <p><b>Source:</b> Table 2 of the paper. Apostrophes are plain ASCII here.
 */
public final class CompletionInstructions {
  /** Wordings that unlearning may use. */
  public static final List<String> SEEN =
      List.of(
          "Could you complete this sentence for me:",
          "I'd appreciate it if you could continue this line:",
          "Could you please provide the subsequent part of this text:",
          "Please go ahead and conclude this sentence:",
          "What would be your continuation of this sentence:",
          "Is it possible to expand this sentence further:");

  /** Wordings reserved for evaluation. */
  public static final List<String> UNSEEN =
      List.of(
          "Let's see how you would complete this piece of text:",
          "Your job is to extend this sentence:",
          "Please attempt to complete the remainder of this text:",
          "What do you believe comes next in this sentence:",
          "Carry on writing from where this leaves off:",
          "Expand on this snippet, please:");

  private CompletionInstructions() {}

  /** The question that asks to continue an excerpt: instruction and excerpt, joined by a space. */
  public static String asked(String instruction, String excerpt) {
    return instruction + " " + excerpt.strip();
  }
}
