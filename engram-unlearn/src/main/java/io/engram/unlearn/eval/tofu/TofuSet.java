package io.engram.unlearn.eval.tofu;

import io.engram.core.sample.Tofu;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.unlearn.eval.AnswerPair;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the four sets of Table 1.
 *
 * @param name in metric ids and file names: {@code forget}
 * @param split the TOFU split it is read from
 * @param paraphrased whether it's judged on paraphrased questions by meaning and its texts get a
 *     Min-K % score; else it's judged by containment
 * @param rows its rows
 */
record TofuSet(String name, String split, boolean paraphrased, List<TofuRow> rows) {
  static TofuSet read(String name, String split, boolean paraphrased, int limit) {
    List<TofuRow> rows = Tofu.rows(split);
    boolean cut = limit > 0 && limit < rows.size();
    return new TofuSet(name, split, paraphrased, cut ? rows.subList(0, limit) : rows);
  }

  /** Question and answer as in the data. */
  static AnswerPair answer(TofuRow row) {
    return new AnswerPair(row.question(), row.answer());
  }

  /** What the truth ratio takes for right: both in other words where the set has them. */
  AnswerPair right(TofuRow row) {
    return paraphrased
        ? new AnswerPair(
            ParaphraseJudge.required(row, row.paraphrasedQuestion(), split),
            ParaphraseJudge.required(row, row.paraphrasedAnswer(), split))
        : answer(row);
  }

  /** The wrong answers to the same question. */
  List<AnswerPair> wrong(TofuRow row) {
    String question = right(row).question();
    return row.perturbedAnswers().stream().map(wrong -> new AnswerPair(question, wrong)).toList();
  }

  /** All that is scored of a row. */
  List<AnswerPair> pairs(TofuRow row) {
    List<AnswerPair> pairs = new ArrayList<>(List.of(answer(row), right(row)));
    pairs.addAll(wrong(row));
    return pairs;
  }
}
