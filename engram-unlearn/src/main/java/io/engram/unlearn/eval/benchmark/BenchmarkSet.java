package io.engram.unlearn.eval.benchmark;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.core.sample.Tofu;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.unlearn.eval.AnswerPair;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A set of questions that the suite asks.
 *
 * @param name in metric ids and file names: {@code forget}
 * @param source the split or file it is read from
 * @param kind what is measured on it
 * @param rows its rows
 */
record BenchmarkSet(String name, String source, Kind kind, List<TofuRow> rows) {
  /** What is measured on a set. */
  enum Kind {
    /** Everything; the right answer of the truth ratio is the paraphrased one. */
    ANSWERS,
    /** Probability among the options, ROUGE, truth ratio with the answer itself. */
    FACTS,
    /** Attacks alone; there are no wrong answers. */
    HOLDOUT
  }

  static final String FORGET = "forget";
  static final String RETAIN = "retain";
  static final String REAL_AUTHORS = "real_authors";
  static final String WORLD_FACTS = "world_facts";
  static final String HOLDOUT = "holdout";

  /** The sets of TOFU, forget first. */
  static List<BenchmarkSet> ofTofu(String forgetSplit, int limit) {
    return List.of(
        ofTofu(FORGET, forgetSplit + "_perturbed", Kind.ANSWERS, limit),
        ofTofu(RETAIN, "retain_perturbed", Kind.ANSWERS, limit),
        ofTofu(REAL_AUTHORS, "real_authors_perturbed", Kind.FACTS, limit),
        ofTofu(WORLD_FACTS, "world_facts_perturbed", Kind.FACTS, limit));
  }

  private static BenchmarkSet ofTofu(String name, String split, Kind kind, int limit) {
    List<TofuRow> rows = first(Tofu.rows(split), limit);
    for (TofuRow row : rows) {
      boolean lacksRight = kind == Kind.ANSWERS && row.paraphrasedAnswer() == null;
      if (lacksRight || row.perturbedAnswers().isEmpty()) {
        throw EngramException.file(
            "%s row %s lacks paraphrased_answer or perturbed_answer".formatted(split, row.id()));
      }
    }
    return new BenchmarkSet(name, split, kind, rows);
  }

  /** A file of questions and answers about authors that no model under test has seen. */
  static BenchmarkSet holdout(Path file, int limit) {
    List<TofuRow> rows = new ArrayList<>();
    for (Sample sample : first(SampleSource.load(file.toString()), limit)) {
      if (!(sample.content() instanceof Sample.QuestionAnswer asked)) {
        throw EngramException.file(
            "%s: sample %s has no question or no answer".formatted(file, sample.id()));
      }
      rows.add(
          new TofuRow(
              sample.id(), asked.question(), asked.answer(), null, null, List.of(), List.of()));
    }
    return new BenchmarkSet(HOLDOUT, file.toString(), Kind.HOLDOUT, rows);
  }

  private static <T> List<T> first(List<T> rows, int limit) {
    return limit > 0 && limit < rows.size() ? rows.subList(0, limit) : rows;
  }

  /** Whether it is the forget set. */
  boolean isForgotten() {
    return name.equals(FORGET);
  }

  /** Whether its answers are whole sentences. */
  boolean hasSentences() {
    return kind == Kind.ANSWERS;
  }

  /** Whether attacks compare its answers. */
  boolean isAttacked() {
    return kind != Kind.FACTS;
  }

  /** Question and answer as in the data. */
  static AnswerPair answer(TofuRow row) {
    return new AnswerPair(row.question(), row.answer());
  }

  /** What the truth ratio takes for right. */
  AnswerPair right(TofuRow row) {
    return kind == Kind.ANSWERS
        ? new AnswerPair(row.question(), Objects.requireNonNull(row.paraphrasedAnswer()))
        : answer(row);
  }

  /** The wrong answers to the same question. */
  static List<AnswerPair> wrong(TofuRow row) {
    return row.perturbedAnswers().stream()
        .map(answer -> new AnswerPair(row.question(), answer))
        .toList();
  }

  /** All that is scored of a row. */
  List<AnswerPair> pairs(TofuRow row) {
    List<AnswerPair> pairs = new ArrayList<>(List.of(answer(row)));
    if (kind != Kind.HOLDOUT) {
      pairs.add(right(row));
      pairs.addAll(wrong(row));
    }
    return pairs;
  }
}
