package io.engram.unlearn.study.measures;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.core.sample.Tofu;
import io.engram.core.sample.Tofu.TofuRow;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The authors of a study. TOFU's forget sets have twenty questions about each author, one author
 * after the other.
 *
 * @param studied rows of the authors that are asked about, or that an attacker trains on
 * @param others rows of as many other authors
 * @param questions rows of each author
 */
record AuthorRows(List<TofuRow> studied, List<TofuRow> others, int questions) {
  /** Questions about an author in TOFU. */
  static final int PER_AUTHOR = 20;

  /** The splits whose authors can be studied. */
  static final List<String> SPLITS = List.of("forget10", "forget05", "forget01");

  /**
   * The first authors of a split, and as many after them.
   *
   * @throws EngramException if the split has fewer than twice as many authors, or lacks paraphrases
   *     or wrong answers
   */
  static AuthorRows of(String split, int authors, int questions) {
    List<TofuRow> rows = Tofu.rows(split + "_perturbed");
    int there = rows.size() / PER_AUTHOR;
    if (2 * authors > there) {
      throw EngramException.usage(
          "--authors %d: tofu:%s has %d authors, and as many others are needed; give at most %d"
              .formatted(authors, split, there, there / 2));
    }
    List<TofuRow> studied = new ArrayList<>();
    List<TofuRow> others = new ArrayList<>();
    for (int author = 0; author < 2 * authors; author++) {
      List<TofuRow> own = rows.subList(author * PER_AUTHOR, author * PER_AUTHOR + questions);
      own.forEach(row -> requireParts(row, split));
      (author < authors ? studied : others).addAll(own);
    }
    return new AuthorRows(List.copyOf(studied), List.copyOf(others), questions);
  }

  private static void requireParts(TofuRow row, String split) {
    if (row.paraphrasedQuestion() == null
        || row.paraphrasedAnswer() == null
        || row.perturbedAnswers().size() < 2) {
      throw EngramException.file(
          "tofu:%s_perturbed row %s needs paraphrased_question, paraphrased_answer and two answers in perturbed_answer"
              .formatted(split, row.id()));
    }
  }

  /** Rows of the second, fourth, … of the studied authors, which the models are asked about. */
  List<TofuRow> asked() {
    return ofAuthors(1);
  }

  /** Rows of the first, third, … of them, which an attacker trains on. */
  List<TofuRow> taught() {
    return ofAuthors(0);
  }

  private List<TofuRow> ofAuthors(int parity) {
    List<TofuRow> own = new ArrayList<>();
    for (int i = 0; i < studied.size(); i++) {
      if (i / questions % 2 == parity) {
        own.add(studied.get(i));
      }
    }
    return own;
  }

  /** Questions and answers as in the data. */
  List<Sample> verbatim(List<TofuRow> rows) {
    return samples(rows, TofuRow::question, TofuRow::answer);
  }

  static List<Sample> samples(
      List<TofuRow> rows, Function<TofuRow, String> question, Function<TofuRow, String> answer) {
    return rows.stream()
        .map(row -> Sample.of(row.id(), question.apply(row), answer.apply(row)))
        .toList();
  }
}
