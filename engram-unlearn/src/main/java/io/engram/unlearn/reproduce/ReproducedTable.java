package io.engram.unlearn.reproduce;

import io.engram.core.run.Measurement;
import io.engram.unlearn.reproduce.PaperTable.Column;
import io.engram.unlearn.reproduce.PaperTable.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A table of the paper with our numbers.
 *
 * @param paper what it prints
 * @param trials the measurements of each row's trials, in the order of the seeds; rows that weren't
 *     made are missing
 */
record ReproducedTable(PaperTable paper, Map<String, List<List<Measurement>>> trials) {
  /** Our values, a trial each; empty where there are none. */
  double[] values(Row row, Column column) {
    List<List<Measurement>> runs = trials.getOrDefault(row.name(), List.of());
    double[] values = runs.stream().mapToDouble(run -> value(run, row, column)).toArray();
    return java.util.Arrays.stream(values).anyMatch(Double::isNaN) ? new double[0] : values;
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

  /** Of each row with MRD: that each average, or each column where there is none, is better. */
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
    if (ours.length == 0 || ours.length != theirs.length) {
      return;
    }
    int index = paper.index(column.name());
    double sign = column.higherIsBetter() ? 1 : -1;
    claims.add(
        Claim.of(
            "%s is better than %s in %s".formatted(row.name(), other.name(), column.name()),
            sign * (row.values().get(index) - Objects.requireNonNull(other.values().get(index))),
            ours,
            theirs,
            column.higherIsBetter()));
  }
}
