package io.engram.unlearn.eval.harness;

import io.engram.core.sample.DataRow;
import io.engram.unlearn.eval.generative.GenerativeSpec.Asked;
import java.util.ArrayList;
import java.util.List;

/**
 * What one run measures: the rows of its parts, all read and checked before anything is measured,
 * so that an unreadable row costs seconds and not hours.
 *
 * @param run a task's run, in the order of the selection
 * @param parts in the run's order; texts in windows have only one
 */
record RunDocuments(Selection.Run run, List<Part> parts) {
  /**
   * One part.
   *
   * @param name the part's; empty if the task has no parts
   * @param source its files
   * @param inFiles how many rows these have
   * @param rows those to measure
   * @param documents the same with their choices; none for texts in windows and written answers
   * @param asked the same as questions that the model answers in its own words
   */
  record Part(
      String name,
      TaskRows source,
      int inFiles,
      List<DataRow> rows,
      List<TaskDocument> documents,
      List<Asked> asked) {}

  /**
   * Reads a run's rows.
   *
   * @param limit the first rows of each part; 0: all
   * @throws io.engram.core.EngramException if a row lacks a column or a known label, or if there
   *     are fewer examples than go before a question
   */
  static RunDocuments read(Selection.Run run, DatasetFolder datasets, int limit) {
    TaskSpec.Kind kind = run.task().kind();
    boolean rolling = kind == TaskSpec.Kind.ROLLING;
    boolean written = kind == TaskSpec.Kind.GENERATE;
    List<Part> parts = new ArrayList<>();
    for (String name : rolling ? List.of("") : run.parts()) {
      TaskRows source = new TaskRows(run.task(), name, datasets.find(run.task(), name));
      List<DataRow> all = source.documents();
      List<DataRow> rows = limit > 0 && limit < all.size() ? all.subList(0, limit) : all;
      if (rolling) {
        rows.forEach(TaskRunner::page);
      }
      parts.add(
          new Part(
              name,
              source,
              all.size(),
              rows,
              rolling || written ? List.of() : documents(run, name, source, rows),
              written ? asked(run, name, source, rows) : List.of()));
    }
    return new RunDocuments(run, parts);
  }

  private static List<TaskDocument> documents(
      Selection.Run run, String part, TaskRows source, List<DataRow> rows) {
    return new DocumentBuilder(run.task(), part, examples(run, source)).documents(rows);
  }

  private static List<Asked> asked(
      Selection.Run run, String part, TaskRows source, List<DataRow> rows) {
    return new QuestionBuilder(run.task(), part, examples(run, source)).questions(rows);
  }

  private static Examples examples(Selection.Run run, TaskRows source) {
    TaskSpec.Shots how = run.task().shots();
    TaskSpec.Shots.Draw draw = how == null ? TaskSpec.Shots.Draw.FIRST : how.draw();
    int least = Examples.least(draw, run.shots());
    return new Examples(least == 0 ? List.of() : source.examples(least), run.shots(), draw);
  }

  /**
   * A row as it is put to the model.
   *
   * @param id the row's number in its set, from 0
   * @param where file and line, for messages
   * @param contexts the text before each choice
   * @param continuations the text to score for each choice
   * @param choices the choices by themselves
   * @param isTrue which of them are right
   */
  record TaskDocument(
      String id,
      String where,
      List<String> contexts,
      List<String> continuations,
      List<String> choices,
      boolean[] isTrue) {
    /** The first right choice. */
    int target() {
      int first = 0;
      while (!isTrue[first]) {
        first++;
      }
      return first;
    }
  }
}
