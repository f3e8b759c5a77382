package io.engram.unlearn.eval.harness;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.SuiteMetric;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Rows to measurements. A number that isn't one is left out and noted. */
final class HarnessTable {
  private final Measurements measurements;
  private final Map<String, MeanWithError> accuracies = new LinkedHashMap<>();

  HarnessTable(String stage) {
    this.measurements = new Measurements(HarnessSuite.NAME, stage, List.of());
  }

  Measurements measurements() {
    return measurements;
  }

  /** Adds a task's {@code acc} and {@code acc_norm}: by group, then of all parts by size. */
  void addChoices(Selection.Run run, Map<String, List<HarnessRow>> rowsByPart) {
    for (String metric : run.task().metrics()) {
      Map<String, MeanWithError> parts = new LinkedHashMap<>();
      rowsByPart.forEach((part, rows) -> parts.put(part, mean(metric, rows)));
      run.groups()
          .forEach((group, names) -> add(run, "." + group + "." + metric, bySize(parts, names)));
      MeanWithError whole = bySize(parts, List.copyOf(parts.keySet()));
      String group = run.group().isEmpty() ? "" : "." + run.group();
      add(run, group + "." + metric, whole);
      if (metric.equals("acc")) {
        accuracies.put(run.id(), whole);
      }
    }
  }

  private static MeanWithError mean(String metric, List<HarnessRow> rows) {
    Function<HarnessRow, @Nullable Double> value =
        metric.equals("acc_norm") ? HarnessRow::accNorm : HarnessRow::acc;
    return MeanWithError.of(
        rows.stream().mapToDouble(row -> Objects.requireNonNull(value.apply(row))).toArray());
  }

  private static MeanWithError bySize(Map<String, MeanWithError> parts, List<String> names) {
    List<MeanWithError> chosen =
        names.stream().map(name -> Objects.requireNonNull(parts.get(name))).toList();
    return chosen.size() == 1 ? chosen.get(0) : Averages.bySize(chosen);
  }

  /** Adds the perplexities of pages. */
  void addPages(Selection.Run run, List<Perplexity.Row> rows) {
    MeanWithError words = nats(rows, Perplexity.Row::words);
    MeanWithError bytes = nats(rows, Perplexity.Row::bytes);
    add(run, ".word_perplexity", Perplexity.of(words));
    add(run, ".byte_perplexity", Perplexity.of(bytes));
    add(run, ".bits_per_byte", Perplexity.bits(bytes));
  }

  private static MeanWithError nats(List<Perplexity.Row> rows, ToIntFunction<Perplexity.Row> unit) {
    return Perplexity.nats(
        rows.stream().mapToDouble(Perplexity.Row::logProb).toArray(),
        rows.stream().mapToInt(unit).toArray());
  }

  /** Adds the average of the tasks' acc that has a name of its own. */
  void addAverage(Selection selection) {
    if (selection.average() == null) {
      return;
    }
    List<MeanWithError> tasks = List.copyOf(accuracies.values());
    int n = tasks.stream().mapToInt(MeanWithError::n).sum();
    MeanWithError average =
        selection.average().equals("plain") ? Averages.plain(n, tasks) : Averages.bySize(tasks);
    boolean higher = selection.runs().stream().allMatch(run -> run.task().higherIsBetter());
    measurements.add(SuiteMetric.ratio(selection.name() + ".acc", higher), average);
  }

  private void add(Selection.Run run, String metric, MeanWithError value) {
    String measure = metric.substring(metric.lastIndexOf('.') + 1);
    measurements.add(run.task().metric(run.id() + metric, measure), value);
  }
}
