package io.engram.unlearn.eval.tofu;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.sample.Tofu;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.unlearn.eval.Suite.Stage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A set of questions that this package's suites ask.
 *
 * @param name in metric ids and file names: {@code forget}
 * @param source the split of TOFU or the file it is read from
 * @param kind what its answers are
 * @param rows its rows
 */
record TofuSet(String name, String source, Kind kind, List<TofuRow> rows) {
  static final String FORGET = "forget";
  static final String RETAIN = "retain";
  static final String REAL_AUTHORS = "real_authors";
  static final String WORLD_FACTS = "world_facts";
  static final String HOLDOUT = "holdout";

  /** The forget sets that can be measured, the default first. */
  static final List<String> FORGET_SPLITS = List.of("forget10", "forget05", "forget01");

  /** The kind of a set's answers. */
  enum Kind {
    /** Whole sentences about an author, with question and answer paraphrased and wrong answers. */
    SENTENCES,
    /** A few words each. */
    FACTS,
    /** Sentences that no model under test has seen, with only question and answer. */
    HOLDOUT
  }

  /**
   * A question with one of its answers, right or wrong, scored once.
   *
   * @param question as in the data or paraphrased
   */
  record AnswerPair(String question, String answer) {}

  /**
   * Checks the rows.
   *
   * @throws EngramException if sentences lack a required part
   */
  TofuSet {
    rows = List.copyOf(rows);
    if (kind == Kind.SENTENCES) {
      for (TofuRow row : rows) {
        if (isBlank(row.paraphrasedQuestion())
            || isBlank(row.paraphrasedAnswer())
            || row.perturbedAnswers().isEmpty()) {
          throw EngramException.file(
              "%s row %s lacks paraphrased_question, paraphrased_answer or perturbed_answer"
                  .formatted(source, row.id()));
        }
      }
    }
  }

  private static boolean isBlank(@Nullable String text) {
    return text == null || text.isBlank();
  }

  /** The part after the colon of a suite's name; empty: forget10. */
  static String forgetSplit(String part) {
    return part.isEmpty() ? FORGET_SPLITS.get(0) : part;
  }

  /** The four sets of Table 1, forget first; facts without wrong answers. */
  static List<TofuSet> asked(String forgetSplit, int limit) {
    return four(forgetSplit, "", limit);
  }

  /** The same with wrong answers to the facts too. */
  static List<TofuSet> perturbed(String forgetSplit, int limit) {
    List<TofuSet> sets = four(forgetSplit, "_perturbed", limit);
    for (TofuSet set : sets) {
      for (TofuRow row : set.rows()) {
        if (row.perturbedAnswers().isEmpty()) {
          throw EngramException.file(
              "%s row %s lacks perturbed_answer".formatted(set.source(), row.id()));
        }
      }
    }
    return sets;
  }

  private static List<TofuSet> four(String forgetSplit, String facts, int limit) {
    return List.of(
        ofSplit(FORGET, forgetSplit + "_perturbed", Kind.SENTENCES, limit),
        ofSplit(RETAIN, "retain_perturbed", Kind.SENTENCES, limit),
        ofSplit(REAL_AUTHORS, REAL_AUTHORS + facts, Kind.FACTS, limit),
        ofSplit(WORLD_FACTS, WORLD_FACTS + facts, Kind.FACTS, limit));
  }

  private static TofuSet ofSplit(String name, String split, Kind kind, int limit) {
    return new TofuSet(name, split, kind, Stage.first(Tofu.rows(split), limit));
  }

  /** A file of questions and answers about authors that no model under test has seen. */
  static TofuSet holdout(Path file, int limit) {
    List<TofuRow> rows = new ArrayList<>();
    for (Sample sample : Stage.first(SampleSource.load(file.toString()), limit)) {
      if (!(sample.content() instanceof Sample.QuestionAnswer asked)) {
        throw EngramException.file(
            "%s: sample %s has no question or no answer".formatted(file, sample.id()));
      }
      rows.add(
          new TofuRow(
              sample.id(), asked.question(), asked.answer(), null, null, List.of(), List.of()));
    }
    return new TofuSet(HOLDOUT, file.toString(), Kind.HOLDOUT, rows);
  }

  /** Whether it is the forget set. */
  boolean isForgotten() {
    return name.equals(FORGET);
  }

  /** Whether its answers are sentences with paraphrases and wrong answers. */
  boolean hasSentences() {
    return kind == Kind.SENTENCES;
  }

  /** Whether attacks compare its answers. */
  boolean isAttacked() {
    return kind != Kind.FACTS;
  }

  /** All questions as in the data. */
  List<String> questions() {
    return rows.stream().map(TofuRow::question).toList();
  }

  /** The paraphrased question, or the original if there is none. */
  String paraphrasedQuestion(TofuRow row) {
    return hasSentences() ? Objects.requireNonNull(row.paraphrasedQuestion()) : row.question();
  }

  /** Question and answer as in the data. */
  static AnswerPair answer(TofuRow row) {
    return new AnswerPair(row.question(), row.answer());
  }

  /** The right answer for the truth ratio: the paraphrased one if there is one. */
  AnswerPair right(TofuRow row, String question) {
    return new AnswerPair(
        question, hasSentences() ? Objects.requireNonNull(row.paraphrasedAnswer()) : row.answer());
  }

  /** The wrong answers. */
  static List<AnswerPair> wrong(TofuRow row, String question) {
    return row.perturbedAnswers().stream().map(wrong -> new AnswerPair(question, wrong)).toList();
  }

  /**
   * Everything that is scored for a row.
   *
   * @param question the question with which right and wrong answers are compared
   */
  List<AnswerPair> pairs(TofuRow row, String question) {
    List<AnswerPair> pairs = new ArrayList<>(List.of(answer(row)));
    if (kind != Kind.HOLDOUT) {
      pairs.add(right(row, question));
      pairs.addAll(wrong(row, question));
    }
    return pairs;
  }
}
