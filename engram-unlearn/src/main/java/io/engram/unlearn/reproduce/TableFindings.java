package io.engram.unlearn.reproduce;

import io.engram.core.paper.PaperTable;
import io.engram.core.paper.PaperTable.Column;
import io.engram.core.paper.PaperTable.Row;
import io.engram.core.stats.MeanWithError;
import io.engram.core.study.Study;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import io.engram.unlearn.recipe.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A table made again, as a page: ours beside the paper's, and what each claim comes to. */
final class TableFindings {
  private final ReproducedTable table;
  private final PaperTable paper;
  private final List<Claim> claims;

  TableFindings(ReproducedTable table) {
    this.table = table;
    this.paper = table.paper();
    this.claims = table.claims();
  }

  /**
   * The page.
   *
   * @param recipe one of the rows'
   * @param limits what it can't show
   */
  Study study(String model, Recipe recipe, List<String> limits, StudyProvenance made) {
    List<StudyTable> tables = new ArrayList<>();
    for (String group : paper.columns().stream().map(Column::group).distinct().toList()) {
      tables.add(beside(group));
    }
    List<String> all = new ArrayList<>(limits);
    all.addAll(paper.reservations());
    if (!table.unmeasured().isEmpty()) {
      all.add(
          "Not measured by these recipes, so nothing is said of it: %s."
              .formatted(String.join(", ", table.unmeasured())));
    }
    tables.add(Claims.table(claims, "between trials of the same seed; intervals by Student's t"));
    return new Study(
        paper.title() + ", on " + model,
        "Do the paper's claims of MRD order hold on %s, with the same budget and seeds?"
            .formatted(model),
        answer(),
        facts(recipe),
        Claims.figures(
            claims, "Difference to the same method in uniform order, over pairs of trials."),
        tables,
        all,
        made);
  }

  private List<String> answer() {
    List<String> sentences = new ArrayList<>(Claims.sentences(claims));
    sentences.addAll(paper.inconsistencies());
    return sentences;
  }

  private List<Study.Fact> facts(Recipe recipe) {
    int rows = recipe.eval().limit();
    String measured = rows == 0 ? "all" : "the first " + rows;
    return List.of(
        new Study.Fact(
            "Forget set",
            String.join(", ", recipe.forget().data()),
            "rows of each evaluation set: " + measured),
        new Study.Fact(
            "Trials", Integer.toString(table.most()), "of each row, paired by their seeds"),
        new Study.Fact("The paper's model", paper.model(), paper.section()));
  }

  private StudyTable beside(String group) {
    List<Column> columns =
        paper.columns().stream().filter(column -> column.group().equals(group)).toList();
    List<StudyTable.Column> headings = new ArrayList<>(List.of(StudyTable.Column.of("method")));
    columns.forEach(
        column ->
            headings.add(
                new StudyTable.Column(column.name(), column.higherIsBetter() ? "↑" : "↓")));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Row row : paper.rows()) {
      List<@Nullable Object> cells = new ArrayList<>(List.of(row.name()));
      columns.forEach(column -> cells.add(cell(row, column)));
      rows.add(cells);
    }
    return new StudyTable(
        group.equals("UC") ? "Unlearning completeness (UC)" : "Model utility (UT)",
        "Ours, mean ± standard deviation between trials; in brackets what the paper prints, of "
            + paper.model()
            + ".",
        headings,
        rows);
  }

  private String cell(Row row, Column column) {
    double[] all = table.values(row, column);
    double[] values = Arrays.stream(all).filter(Double::isFinite).toArray();
    double printed = row.values().get(paper.index(column.name()));
    String theirs = String.format(Locale.ROOT, "(%.4f)", printed);
    if (values.length == 0) {
      return "– " + theirs;
    }
    MeanWithError mean = MeanWithError.of(values);
    String scatter =
        values.length < 2 || row.isOriginal()
            ? ""
            : String.format(Locale.ROOT, " ± %.4f", mean.standardError() * Math.sqrt(mean.n()));
    String fewer = values.length < all.length ? " (n = " + values.length + ")" : "";
    return String.format(Locale.ROOT, "%.4f%s%s %s", mean.mean(), scatter, fewer, theirs);
  }
}
