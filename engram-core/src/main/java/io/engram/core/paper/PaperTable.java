package io.engram.core.paper;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table as the paper prints it, and where each of its numbers comes from here.
 *
 * @param name {@code table1}
 * @param title as shown
 * @param section where the paper has it
 * @param model the paper's
 * @param task the folder of its recipes
 * @param needs the command that makes the model to begin with, {@code MODEL} in the model's place;
 *     null: there is nothing to make
 * @param reservations what is uncertain in setting our measures beside its columns, a sentence each
 */
public record PaperTable(
    String name,
    String title,
    String section,
    String model,
    String task,
    @Nullable String needs,
    List<String> reservations,
    List<Column> columns,
    List<Row> rows) {
  /** An absent list is an empty one. */
  public PaperTable {
    reservations = reservations == null ? List.of() : List.copyOf(reservations);
  }

  /** Digits that the paper prints; a mean of rounded numbers may be off by as much again. */
  private static final double ROUNDING = 6e-4;

  /**
   * A column.
   *
   * @param group {@code UC} or {@code UT}
   * @param metric the id of our measure; null: it's the mean of others alone
   * @param meanOf the columns that it's the mean of; null: of none
   * @param weights of these; null: equal
   */
  public record Column(
      String name,
      String group,
      @Nullable String metric,
      boolean higherIsBetter,
      @Nullable List<String> meanOf,
      @Nullable List<Double> weights) {}

  /**
   * A row.
   *
   * @param recipe the end of its recipe's name: {@code npo-mrd}; {@code none}: the model as it was
   * @param without the row that differs in nothing but MRD; null: this one has none
   * @param values a column each
   */
  public record Row(String name, String recipe, @Nullable String without, List<Double> values) {
    /** Whether it's the model before anything was unlearned. */
    public boolean isOriginal() {
      return recipe.equals("none");
    }
  }

  /** The table of this name. */
  public static PaperTable read(String name) {
    return PaperData.read(name, PaperTable.class);
  }

  /** The row of this name. */
  public Row row(String wanted) {
    return rows.stream().filter(row -> row.name().equals(wanted)).findFirst().orElseThrow();
  }

  /** A column's place. */
  public int index(String column) {
    return IntStream.range(0, columns.size())
        .filter(i -> columns.get(i).name().equals(column))
        .findFirst()
        .orElseThrow();
  }

  /**
   * A column's value where it's the mean of others: {@code Σ w_i x_i / Σ w_i}.
   *
   * @param values a column each; NaN where there is none
   */
  public double mean(Column column, double[] values) {
    List<String> of = Objects.requireNonNull(column.meanOf());
    List<Double> weights = column.weights();
    double sum = 0;
    double weight = 0;
    for (int i = 0; i < of.size(); i++) {
      double own = weights == null ? 1 : weights.get(i);
      sum += own * values[index(of.get(i))];
      weight += own;
    }
    return sum / weight;
  }

  /** What doesn't add up in the paper's own numbers, a sentence each. */
  public List<String> inconsistencies() {
    return columns.stream()
        .filter(column -> column.meanOf() != null)
        .flatMap(column -> rows.stream().flatMap(row -> check(column, row).stream()))
        .toList();
  }

  private List<String> check(Column column, Row row) {
    double[] values = row.values().stream().mapToDouble(Double::doubleValue).toArray();
    double printed = values[index(column.name())];
    double mean = mean(column, values);
    return Math.abs(printed - mean) < ROUNDING
        ? List.of()
        : List.of(
            "The paper prints %s = %s for %s; the mean of its own columns is %s."
                .formatted(
                    column.name(), printed, row.name(), Math.round(mean * 10_000) / 10_000.0));
  }
}
