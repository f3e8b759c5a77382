package io.engram.core.sample;

import java.util.List;

/**
 * One sample x, of the forget set, the retain set or a training set.
 *
 * @param id how the sample is called in every output; unique within its data set
 * @param content the text or the token ids
 */
public record Sample(String id, Content content) {
  /** What a sample consists of. */
  public sealed interface Content {}

  /** A question with its answer; only the answer is labelled. */
  public record QuestionAnswer(String question, String answer) implements Content {}

  /** Running text; every token but the first is labelled. */
  public record PlainText(String text) implements Content {}

  /**
   * Token ids taken as they are: no begin or end token is added.
   *
   * @param prompt not labelled; empty: the first answer token has nothing to be predicted from and
   *     isn't labelled either
   * @param answer labelled
   */
  public record TokenIds(List<Integer> prompt, List<Integer> answer) implements Content {
    /** Copies both lists. */
    public TokenIds {
      prompt = List.copyOf(prompt);
      answer = List.copyOf(answer);
    }
  }

  /** A question with its answer. */
  public static Sample of(String id, String question, String answer) {
    return new Sample(id, new QuestionAnswer(question, answer));
  }
}
