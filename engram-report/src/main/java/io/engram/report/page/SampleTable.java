package io.engram.report.page;

import io.engram.core.OrderedMap;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.MrdRow;
import io.engram.core.run.SampleRow;
import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import io.engram.report.figure.MrdDistributionFigure;
import io.engram.report.figure.MrdDropFigure;
import io.engram.report.figure.StartMrd;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One row per sample, with all runs side by side, to sort, search and open. A browser takes seconds
 * to lay out some thousand rows, so the page of a large table has its first rows, and all of them
 * as JSON, from which its script shows some at a time.
 *
 * @param columns after the first two, which are the id and the question
 */
public record SampleTable(List<DataTable.Column> columns, List<Row> rows) {
  /** The most rows that the page has as a whole. */
  static final int MOST_ROWS = 1000;

  /** How many rows of a larger table are shown at a time. */
  private static final int PAGE = 200;

  /** Whether there are too many rows to show at a time. */
  public boolean isPaged() {
    return rows.size() > MOST_ROWS;
  }

  /** The rows that the page has without its script. */
  public List<Row> shown() {
    return isPaged() ? rows.subList(0, PAGE) : rows;
  }

  /** The object of the page's script without its rows and its end. */
  public String jsonHead() {
    List<String> labels =
        columns.stream()
            .map(c -> c.unit().isEmpty() ? c.title() : c.title() + ", " + c.unit())
            .toList();
    String head = JsonFiles.line(OrderedMap.of("page", PAGE, "labels", labels));
    return head.substring(0, head.length() - 1) + ",\"rows\":[";
  }

  /** A row as JSON, with each cell's text, sort key and style. */
  public String json(int row) {
    Row all = rows.get(row);
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("id", all.id());
    shown.put("question", all.question());
    shown.put("answer", all.answer());
    shown.put(
        "cells",
        all.cells().stream()
            .map(cell -> List.of(cell.text(), cell.sortKey(), cell.provenance().cssClass()))
            .toList());
    shown.put("answers", all.answers());
    return JsonFiles.line(shown);
  }

  /** A sample: what the row shows and what opening it shows. */
  public record Row(
      String id, String question, String answer, List<Cell> cells, List<Answer> answers) {}

  /**
   * A model's answer.
   *
   * @param label the model
   * @param missing whether it wasn't asked
   */
  public record Answer(String label, boolean missing, List<SharedWords.Stretch> stretches) {}

  /** Samples in the order of the runs' files; empty if no run lists its samples. */
  public static SampleTable of(List<RunContents> runs) {
    List<Map<String, SampleRow>> samples = new ArrayList<>();
    Map<String, SampleRow> all = new LinkedHashMap<>();
    for (RunContents run : runs) {
      Map<String, SampleRow> byId = new LinkedHashMap<>();
      run.samples().forEach(sample -> byId.put(sample.id(), sample));
      byId.forEach(all::putIfAbsent);
      samples.add(byId);
    }
    List<Map<String, MrdRow>> mrd = runs.stream().map(run -> StartMrd.of(run, runs)).toList();
    boolean anyMrd = mrd.stream().anyMatch(rows -> !rows.isEmpty());
    List<Row> rows = new ArrayList<>();
    for (SampleRow sample : all.values()) {
      List<Cell> cells = new ArrayList<>();
      if (anyMrd) {
        cells.add(mrdCell(sample.id(), mrd));
      }
      cells.add(Cell.count(sample.tokens()));
      samples.forEach(run -> addCells(cells, run.get(sample.id())));
      rows.add(
          new Row(
              sample.id(),
              Objects.requireNonNullElse(sample.prompt(), ""),
              Objects.requireNonNullElse(sample.answer(), ""),
              cells,
              answers(sample, runs, samples)));
    }
    return new SampleTable(columns(runs, anyMrd), rows);
  }

  private static List<DataTable.Column> columns(List<RunContents> runs, boolean mrd) {
    List<DataTable.Column> columns = new ArrayList<>();
    if (mrd) {
      columns.add(DataTable.numbers("MRD", "± 1 SE"));
    }
    columns.add(DataTable.numbers("Tokens", ""));
    for (RunContents run : runs) {
      String label = runs.size() == 1 ? "" : run.label();
      columns.add(DataTable.numbers("Drawn", label));
      columns.add(DataTable.numbers("Drop, nats/token", label));
    }
    return columns;
  }

  private static Cell mrdCell(String id, List<Map<String, MrdRow>> mrd) {
    for (Map<String, MrdRow> rows : mrd) {
      MrdRow row = rows.get(id);
      if (row != null) {
        return Cell.estimated(MrdDistributionFigure.text(row), row.mrd());
      }
    }
    return Cell.none();
  }

  private static void addCells(List<Cell> cells, @Nullable SampleRow sample) {
    if (sample == null) {
      cells.add(Cell.none());
      cells.add(Cell.none());
      return;
    }
    cells.add(Cell.count(sample.drawn()));
    cells.add(Cell.measured(MrdDropFigure.drop(sample), 2));
  }

  private static List<Answer> answers(
      SampleRow sample, List<RunContents> runs, List<Map<String, SampleRow>> samples) {
    Map<String, String> before = new LinkedHashMap<>();
    List<Answer> after = new ArrayList<>();
    String truth = Objects.requireNonNullElse(sample.answer(), "");
    for (int i = 0; i < runs.size(); i++) {
      SampleRow row = samples.get(i).get(sample.id());
      String label = runs.size() == 1 ? "" : ", " + runs.get(i).label();
      if (row != null) {
        String output = row.outputBefore();
        if (output != null) {
          before.putIfAbsent(output, label);
        }
        after.add(answer("after" + label, row.outputAfter(), truth));
      }
    }
    List<Answer> answers = new ArrayList<>();
    before.forEach(
        (output, label) ->
            answers.add(answer("before" + (before.size() == 1 ? "" : label), output, truth)));
    answers.addAll(after);
    return answers;
  }

  private static Answer answer(String label, @Nullable String output, String truth) {
    return output == null
        ? new Answer(label, true, List.of())
        : new Answer(label, false, SharedWords.mark(output.strip(), truth));
  }
}
