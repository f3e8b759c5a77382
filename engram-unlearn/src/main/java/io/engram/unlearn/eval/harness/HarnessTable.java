package io.engram.unlearn.eval.harness;

import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.AverageOf;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Rows to measurements. A number that isn't one is left out and noted. */
final class HarnessTable {
  private final String stage;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, MeanWithError> accuracies = new LinkedHashMap<>();

  HarnessTable(String stage) {
    this.stage = stage;
  }

  List<Measurement> measurements() {
    return measurements;
  }

  List<String> notes() {
    return notes;
  }

  /** Adds a task's {@code acc} and {@code acc_norm}: by group, then of all parts by size. */
  void addChoices(Selection.Run run, Map<String, List<HarnessRow>> rowsByPart) {
    for (String metric : run.task().metrics()) {
      Map<String, MeanWithError> parts = new LinkedHashMap<>();
      rowsByPart.forEach((part, rows) -> parts.put(part, mean(metric, rows)));
      run.groups()
          .forEach(
              (group, names) ->
                  add(run, "." + group + "." + metric, bySize(parts, names), "ratio"));
      MeanWithError whole = bySize(parts, List.copyOf(parts.keySet()));
      String group = run.group().isEmpty() ? "" : "." + run.group();
      add(run, group + "." + metric, whole, "ratio");
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
    return chosen.size() == 1 ? chosen.get(0) : AverageBySize.of(chosen);
  }

  /** Adds the perplexities of pages. */
  void addPages(Selection.Run run, List<PerplexityRow> rows) {
    MeanWithError words = nats(rows, PerplexityRow::words);
    MeanWithError bytes = nats(rows, PerplexityRow::bytes);
    add(run, ".word_perplexity", Perplexity.of(words), "perplexity");
    add(run, ".byte_perplexity", Perplexity.of(bytes), "perplexity");
    add(run, ".bits_per_byte", Perplexity.bits(bytes), "bits");
  }

  private static MeanWithError nats(List<PerplexityRow> rows, ToIntFunction<PerplexityRow> unit) {
    return Perplexity.nats(
        rows.stream().mapToDouble(PerplexityRow::logProb).toArray(),
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
        selection.average().equals("plain")
            ? AverageOf.of(n, tasks.toArray(MeanWithError[]::new))
            : AverageBySize.of(tasks);
    boolean higher = selection.runs().stream().allMatch(run -> run.task().higherIsBetter());
    add(HarnessSuite.NAME + "." + selection.name() + ".acc", average, "ratio", higher);
  }

  private void add(Selection.Run run, String metric, MeanWithError value, String unit) {
    add(HarnessSuite.NAME + "." + run.id() + metric, value, unit, run.task().higherIsBetter());
  }

  private void add(String id, MeanWithError value, String unit, boolean higherIsBetter) {
    if (!Double.isFinite(value.mean())) {
      notes.add(id + " is not a number and left out: the model's log-probabilities aren't finite");
      return;
    }
    double error = value.standardError();
    measurements.add(
        new Measurement(
            stage,
            HarnessSuite.NAME,
            id,
            value.mean(),
            unit,
            value.n(),
            higherIsBetter,
            Double.isFinite(error) ? Double.valueOf(error) : null));
  }
}
