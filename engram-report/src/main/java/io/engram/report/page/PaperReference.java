package io.engram.report.page;

import io.engram.core.paper.PaperTable;
import io.engram.report.figure.Cell;
import io.engram.report.figure.DataTable;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The paper's own UC and UT on TOFU for the methods shown, for orientation: Llama-2-7B-chat, five
 * trials, and another sentence encoder.
 *
 * <p><b>Source:</b> Table 1, columns "Avg.".
 */
final class PaperReference {
  private static final int DIGITS = 4;

  /** The methods' names in the recipes, by ours. */
  private static final Map<String, String> RECIPES =
      Map.of("ga", "ga", "grad_diff", "grad-diff", "po", "po", "npo", "npo");

  private PaperReference() {}

  /** Empty if no run shown is a TOFU run with a method of the table. */
  static Optional<DataTable> of(List<RunContents> runs) {
    List<String> methods =
        runs.stream()
            .filter(run -> run.recipe().get("forget.data", "").startsWith("tofu:"))
            .map(RunContents::method)
            .flatMap(method -> Optional.ofNullable(RECIPES.get(method)).stream())
            .toList();
    if (methods.isEmpty()) {
      return Optional.empty();
    }
    PaperTable table = PaperTable.read("table1");
    int completeness = table.index("UC Avg.");
    int utility = table.index("UT Avg.");
    List<List<Cell>> rows = new ArrayList<>();
    for (PaperTable.Row line : table.rows()) {
      if (line.isOriginal() || methods.contains(line.recipe().replace("-mrd", ""))) {
        rows.add(
            List.of(
                Cell.text(line.name()),
                Cell.paper(line.values().get(completeness), DIGITS),
                Cell.paper(line.values().get(utility), DIGITS)));
      }
    }
    return Optional.of(
        new DataTable(
            "What the paper prints (%s: %s, mean of five trials)"
                .formatted(table.section(), table.model()),
            true,
            List.of(
                DataTable.words("Method"),
                DataTable.numbers("UC", "paper"),
                DataTable.numbers("UT", "paper")),
            rows));
  }
}
