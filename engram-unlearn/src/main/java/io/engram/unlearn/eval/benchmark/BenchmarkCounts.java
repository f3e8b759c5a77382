package io.engram.unlearn.eval.benchmark;

import io.engram.unlearn.eval.GreedyAnswers;
import io.engram.unlearn.eval.RowCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What must be known of rows that aren't as the others, with their numbers.
 *
 * @param window the model's context, tokens
 */
record BenchmarkCounts(String suite, int window) {
  /** A sentence for each thing that holds of a row. */
  List<String> of(
      List<BenchmarkSet> sets,
      Map<String, List<BenchmarkRow>> rows,
      ScoredPairs pairs,
      GreedyAnswers answers) {
    RowCounts empty = new RowCounts();
    RowCounts noRoom = new RowCounts();
    RowCounts cut = new RowCounts();
    for (BenchmarkSet set : sets) {
      List<BenchmarkRow> own = Objects.requireNonNull(rows.get(set.name()));
      empty.count(set.name(), own, row -> "".equals(row.output()));
      noRoom.count(
          set.name(),
          own,
          row -> row.output() != null && !answers.hasRoom(row.question(), Integer.MAX_VALUE));
      cut.count(
          set.name(),
          set.rows(),
          row -> set.pairs(row).stream().anyMatch(pair -> pairs.of(pair).cut()));
    }
    List<String> notes = new ArrayList<>();
    String full = "the model's window of %d tokens".formatted(window);
    notes.addAll(empty.note(suite + ": empty answers, with a recall of 0"));
    notes.addAll(
        noRoom.note(suite + ": questions with an empty answer because their prompt fills " + full));
    notes.addAll(
        cut.note(
            suite
                + ": rows with a question and answer that are longer than "
                + full
                + ", scored without their beginning"));
    return notes;
  }
}
