package io.engram.unlearn.study.measures;

import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu.TofuRow;
import java.util.List;
import java.util.Objects;

/**
 * What a model learns before it is asked about the authors. The first two arms know the facts
 * afterwards; the last two don't, and the last one knows everything but the facts: the questions,
 * the names, how the answers are worded.
 */
public enum Arm {
  /** The questions and answers that are asked. */
  VERBATIM("verbatim", true) {
    @Override
    List<Sample> learned(AuthorRows rows) {
      return rows.verbatim(rows.studied());
    }
  },

  /** The same facts in other words: other questions, other answers. */
  PARAPHRASED("paraphrased", true) {
    @Override
    List<Sample> learned(AuthorRows rows) {
      return AuthorRows.samples(
          rows.studied(),
          row -> Objects.requireNonNull(row.paraphrasedQuestion()),
          row -> Objects.requireNonNull(row.paraphrasedAnswer()));
    }
  },

  /** As many other authors. */
  OTHER_AUTHORS("other authors", false) {
    @Override
    List<Sample> learned(AuthorRows rows) {
      return rows.verbatim(rows.others());
    }
  },

  /**
   * The questions that are asked, each with the first of TOFU's wrong answers; the truth
   * probability compares with the others.
   */
  WRONG_ANSWERS("wrong answers", false) {
    @Override
    List<Sample> learned(AuthorRows rows) {
      return AuthorRows.samples(
          rows.studied(), TofuRow::question, row -> row.perturbedAnswers().get(0));
    }
  };

  private final String title;
  private final boolean knows;

  Arm(String title, boolean knows) {
    this.title = title;
    this.knows = knows;
  }

  /** In words. */
  public String title() {
    return title;
  }

  /** Whether its models know the facts that are asked. */
  public boolean knows() {
    return knows;
  }

  /** What a model of this arm is trained on, besides rows that it knows already. */
  abstract List<Sample> learned(AuthorRows rows);

  /** The arm of a model: the four in turn. */
  static Arm of(int number) {
    return values()[number % values().length];
  }
}
