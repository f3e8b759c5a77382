package io.engram.unlearn.reproduce;

import io.engram.core.paper.PaperTable;
import io.engram.core.paper.PaperTable.Column;
import io.engram.core.paper.PaperTable.Row;
import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.core.study.Study;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import io.engram.unlearn.recipe.Recipe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table of the paper with our numbers, and as a page: ours beside the paper's, and what each
 * claim comes to.
 *
 * @param paper what it prints
 * @param trials the measurements of each row's trials, in the order of the seeds; rows that weren't
 *     made are missing
 */
record ReproducedTable(PaperTable paper, Map<String, List<List<Measurement>>> trials) {
  /** Our values, one per trial; NaN if a trial lacks the metric. */
  double[] values(Row row, Column column) {
    return trials.getOrDefault(row.name(), List.of()).stream()
        .mapToDouble(run -> value(run, row, column))
        .toArray();
  }

  /** The largest number of trials of any row. */
  int most() {
    return trials.values().stream().mapToInt(List::size).max().orElse(0);
  }

  /** The metrics that no trial of any row has. */
  List<String> unmeasured() {
    return paper.columns().stream()
        .filter(
            column ->
                paper.rows().stream()
                    .flatMapToDouble(row -> Arrays.stream(values(row, column)))
                    .allMatch(Double::isNaN))
        .flatMap(column -> Optional.ofNullable(column.metric()).stream())
        .toList();
  }

  private double value(List<Measurement> run, Row row, Column column) {
    String metric = column.metric();
    if (metric == null) {
      double[] all =
          paper.columns().stream()
              .mapToDouble(other -> other.metric() == null ? Double.NaN : value(run, row, other))
              .toArray();
      return paper.mean(column, all);
    }
    String stage = row.isOriginal() ? "before" : "after";
    Optional<Measurement> found =
        run.stream().filter(m -> m.metric().equals(metric) && m.stage().equals(stage)).findFirst();
    return found.map(Measurement::value).orElse(Double.NaN);
  }

  /**
   * For each row with MRD, the claims that each average is better, or each column if there is no
   * average. Pairs of trials that lack the metric are skipped.
   */
  List<Claim> claims() {
    List<Claim> claims = new ArrayList<>();
    for (Row row : paper.rows()) {
      String without = row.without();
      if (without != null) {
        Row other = paper.row(without);
        claimed().forEach(column -> add(claims, row, other, column));
      }
    }
    return claims;
  }

  /** The average of a group if it has one, otherwise its columns. */
  private List<Column> claimed() {
    return paper.columns().stream()
        .filter(
            column ->
                column.meanOf() != null
                    || paper.columns().stream()
                        .noneMatch(o -> o.group().equals(column.group()) && o.meanOf() != null))
        .toList();
  }

  private void add(List<Claim> claims, Row row, Row other, Column column) {
    double[] ours = values(row, column);
    double[] theirs = values(other, column);
    int[] both =
        IntStream.range(0, Math.min(ours.length, theirs.length))
            .filter(trial -> Double.isFinite(ours[trial]) && Double.isFinite(theirs[trial]))
            .toArray();
    int index = paper.index(column.name());
    double sign = column.higherIsBetter() ? 1 : -1;
    String text = "%s is better than %s in %s".formatted(row.name(), other.name(), column.name());
    double printed =
        sign * (row.values().get(index) - Objects.requireNonNull(other.values().get(index)));
    claims.add(
        both.length == 0
            ? Claim.unmeasured(text, printed)
            : Claim.of(
                text,
                printed,
                Arrays.stream(both).mapToDouble(trial -> ours[trial]).toArray(),
                Arrays.stream(both).mapToDouble(trial -> theirs[trial]).toArray(),
                column.higherIsBetter()));
  }

  /**
   * The page.
   *
   * @param recipe the recipe of one of the rows
   * @param limits limitations of the findings
   */
  Study study(String model, Recipe recipe, List<String> limits, StudyProvenance made) {
    List<Claim> claims = claims();
    List<StudyTable> tables = new ArrayList<>();
    for (String group : paper.columns().stream().map(Column::group).distinct().toList()) {
      tables.add(beside(group));
    }
    List<String> all = new ArrayList<>(limits);
    all.addAll(paper.reservations());
    if (!unmeasured().isEmpty()) {
      all.add("These recipes do not measure %s.".formatted(String.join(", ", unmeasured())));
    }
    tables.add(Claims.table(claims, "between trials of the same seed; intervals by Student's t"));
    return new Study(
        paper.title() + ", on " + model,
        "Do the paper's claims about MRD order hold on %s, with the same budget and seeds?"
            .formatted(model),
        answer(claims),
        facts(recipe),
        Claims.figures(
            claims, "Difference from the same method in uniform order, over pairs of trials."),
        tables,
        all,
        made);
  }

  private List<String> answer(List<Claim> claims) {
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
        new Study.Fact("Trials", Integer.toString(most()), "per row, paired by seed"),
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
        "Ours: mean ± standard deviation between trials; in brackets the paper's values, for "
            + paper.model()
            + ".",
        headings,
        rows);
  }

  private String cell(Row row, Column column) {
    double[] all = values(row, column);
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
