package io.engram.unlearn.eval.harness;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.generative.GenerativeSpec;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Turns rows into measurements. A value that is NaN is omitted and noted. */
final class HarnessTable {
  private final Measurements measurements;
  private final Map<String, MeanWithError> accuracies = new LinkedHashMap<>();

  HarnessTable(String stage) {
    this.measurements = new Measurements(HarnessSuite.NAME, stage, List.of());
  }

  Measurements measurements() {
    return measurements;
  }

  /**
   * Adds a task's {@code acc} and {@code acc_norm}: for each group, then over all parts, weighted
   * by size.
   */
  void addChoices(Selection.Run run, Map<String, List<Row>> rowsByPart) {
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

  private static MeanWithError mean(String metric, List<Row> rows) {
    Function<Row, @Nullable Double> value = metric.equals("acc_norm") ? Row::accNorm : Row::acc;
    return MeanWithError.of(
        rows.stream().mapToDouble(row -> Objects.requireNonNull(value.apply(row))).toArray());
  }

  private static MeanWithError bySize(Map<String, MeanWithError> parts, List<String> names) {
    List<MeanWithError> chosen =
        names.stream().map(name -> Objects.requireNonNull(parts.get(name))).toList();
    return chosen.size() == 1 ? chosen.get(0) : averageBySize(chosen);
  }

  /** Adds a task's scores of written answers: for each group, then over all parts. */
  void addAnswers(Selection.Run run, Map<String, List<AnswerRow>> rowsByPart) {
    GenerativeSpec generate = Objects.requireNonNull(run.task().generate());
    String own = run.group().isEmpty() ? "" : "." + run.group();
    for (String metric : generate.metrics()) {
      run.groups()
          .forEach(
              (group, names) ->
                  add(
                      run,
                      "." + group + "." + metric,
                      generate.of(metric, joined(rowsByPart, names))));
      add(
          run,
          own + "." + metric,
          generate.of(metric, joined(rowsByPart, List.copyOf(rowsByPart.keySet()))));
    }
  }

  private static List<AnswerRow> joined(
      Map<String, List<AnswerRow>> rowsByPart, List<String> names) {
    return names.stream()
        .flatMap(name -> Objects.requireNonNull(rowsByPart.get(name)).stream())
        .toList();
  }

  /** Adds the perplexities of pages. */
  void addPages(Selection.Run run, List<Perplexity.Row> rows) {
    MeanWithError words = nats(rows, Perplexity.Row::words);
    MeanWithError bytes = nats(rows, Perplexity.Row::bytes);
    for (String metric : run.task().metrics()) {
      add(
          run,
          "." + metric,
          switch (metric) {
            case "word_perplexity" -> Perplexity.of(words);
            case "byte_perplexity" -> Perplexity.of(bytes);
            default -> Perplexity.bits(bytes);
          });
    }
  }

  private static MeanWithError nats(List<Perplexity.Row> rows, ToIntFunction<Perplexity.Row> unit) {
    return Perplexity.nats(
        rows.stream().mapToDouble(Perplexity.Row::logProb).toArray(),
        rows.stream().mapToInt(unit).toArray());
  }

  /** Adds a named average of the tasks' acc. */
  void addAverage(Selection selection) {
    if (selection.average() == null) {
      return;
    }
    List<MeanWithError> tasks = List.copyOf(accuracies.values());
    int n = tasks.stream().mapToInt(MeanWithError::n).sum();
    MeanWithError average =
        selection.average().equals("plain") ? plainAverage(n, tasks) : averageBySize(tasks);
    boolean higher = selection.runs().stream().allMatch(run -> run.task().higherIsBetter());
    measurements.add(SuiteMetric.ratio(selection.name() + ".acc", higher), average);
  }

  private void add(Selection.Run run, String metric, MeanWithError value) {
    String measure = metric.substring(metric.lastIndexOf('.') + 1);
    measurements.add(run.task().metric(run.id() + metric, measure), value);
  }

  /**
   * The average of several tasks with different rows: {@code (1/k) Σ x_j} with the error {@code √(Σ
   * SE_j²) / k}, since the tasks err independently.
   *
   * @param samples the number of samples behind the average
   * @return NaN if a task's value is; the error is NaN if a task's error is
   */
  static MeanWithError plainAverage(int samples, List<MeanWithError> tasks) {
    double sum = tasks.stream().mapToDouble(MeanWithError::mean).sum();
    double variance = tasks.stream().mapToDouble(m -> m.standardError() * m.standardError()).sum();
    return new MeanWithError(sum / tasks.size(), Math.sqrt(variance) / tasks.size(), samples);
  }

  /**
   * The average of several sets with different rows: {@code Σ n_i x_i / Σ n_i}, in which each row
   * counts equally, with the pooled error {@code √( Σ (n_i − 1) n_i SE_i² / (Σ n_i − k) / Σ n_i )}.
   *
   * <p><b>Source:</b> lm-evaluation-harness, {@code aggregate_subtask_metrics} and {@code
   * pooled_sample_stderr}.
   *
   * @return the error is NaN if all sets have one row
   */
  static MeanWithError averageBySize(List<MeanWithError> sets) {
    int n = sets.stream().mapToInt(MeanWithError::n).sum();
    double sum = sets.stream().mapToDouble(set -> set.n() * set.mean()).sum();
    double variance =
        sets.stream()
            .filter(set -> set.n() > 1)
            .mapToDouble(
                set -> (set.n() - 1.0) * set.n() * set.standardError() * set.standardError())
            .sum();
    return new MeanWithError(sum / n, Math.sqrt(variance / (n - sets.size()) / n), n);
  }

  /**
   * A line of {@code eval/STAGE/harness_TASK.jsonl}: the scores of a document's choices.
   *
   * @param id the row's number in its set, from 0
   * @param part the set, if the task has several: an MMLU subject
   * @param logProbs log-probability of each choice, nats
   * @param picked the choice with the highest; −1: all are NaN
   * @param pickedNorm the choice with the highest per length; null: not measured
   * @param target the right choice, the first of several
   * @param acc 1 or 0; for truthfulqa_mc2 the share of probability, [0, 1]
   * @param accNorm 1 or 0; null: not measured
   * @param cut tokens cut from its context to fit into the window
   */
  record Row(
      String id,
      @Nullable String part,
      List<Double> logProbs,
      int picked,
      @Nullable Integer pickedNorm,
      int target,
      double acc,
      @Nullable Double accNorm,
      int cut) {}
}
