package io.engram.report.page;

import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import io.engram.report.run.RunData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The paper's own UC and UT on TOFU for the methods shown, for orientation: Llama-2-7B-chat, five
 * trials, and another sentence encoder.
 *
 * <p><b>Source:</b> Table 1, columns "Avg.".
 */
final class PaperReference {
  private static final int DIGITS = 4;

  /** A line of Table 1. */
  private record Line(String method, String name, double uc, double ut) {}

  private static final List<Line> TABLE_1 =
      List.of(
          new Line("", "Original model", 0.2447, 0.9037),
          new Line("ga", "SGA (gradient ascent, uniform order)", 0.4645, 0.5449),
          new Line("ga", "CGA (gradient ascent, MRD order)", 0.4733, 0.6135),
          new Line("grad_diff", "GradDiff", 0.9467, 0.7274),
          new Line("grad_diff", "GradDiff + MRD", 0.9469, 0.7334),
          new Line("po", "PO", 0.7686, 0.6435),
          new Line("po", "PO + MRD", 0.7953, 0.6501),
          new Line("npo", "NPO", 0.9359, 0.7729),
          new Line("npo", "NPO + MRD", 0.9457, 0.8005));

  private PaperReference() {}

  /** Empty where no run shown is a TOFU run with a method of the table. */
  static Optional<DataTable> of(List<RunData> runs) {
    List<String> methods =
        runs.stream()
            .filter(run -> run.recipe().get("forget.data", "").startsWith("tofu:"))
            .map(RunData::method)
            .filter(method -> TABLE_1.stream().anyMatch(line -> line.method().equals(method)))
            .toList();
    if (methods.isEmpty()) {
      return Optional.empty();
    }
    List<List<Cell>> rows = new ArrayList<>();
    for (Line line : TABLE_1) {
      if (line.method().isEmpty() || methods.contains(line.method())) {
        rows.add(
            List.of(
                Cell.text(line.name()),
                Cell.paper(line.uc(), DIGITS),
                Cell.paper(line.ut(), DIGITS)));
      }
    }
    return Optional.of(
        new DataTable(
            "What the paper prints (Table 1: Llama-2-7B-chat, mean of five trials)",
            true,
            List.of(
                DataTable.words("Method"),
                DataTable.numbers("UC", "paper"),
                DataTable.numbers("UT", "paper")),
            rows));
  }
}
