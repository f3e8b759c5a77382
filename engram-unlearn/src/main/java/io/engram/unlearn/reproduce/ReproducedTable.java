package io.engram.unlearn.reproduce;

import io.engram.core.paper.PaperTable;
import io.engram.core.paper.PaperTable.Column;
import io.engram.core.paper.PaperTable.Row;
import io.engram.core.run.Measurement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A table of the paper with our numbers.
 *
 * @param paper what it prints
 * @param trials the measurements of each row's trials, in the order of the seeds; rows that weren't
 *     made are missing
 */
record ReproducedTable(PaperTable paper, Map<String, List<List<Measurement>>> trials) {
  /** Our values, a trial each; NaN where a trial lacks the measure. */
  double[] values(Row row, Column column) {
    return trials.getOrDefault(row.name(), List.of()).stream()
        .mapToDouble(run -> value(run, row, column))
        .toArray();
  }

  /** How many trials the row with most of them has. */
  int most() {
    return trials.values().stream().mapToInt(List::size).max().orElse(0);
  }

  /** The measures that no trial of any row has. */
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
   * Of each row with MRD: that each average, or each column where there is none, is better. Trials
   * of which either lacks the measure are left out.
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

  /** The averages of a group where it has one, else its columns. */
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
}
