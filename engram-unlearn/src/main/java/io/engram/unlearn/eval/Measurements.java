package io.engram.unlearn.eval;

import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Collects a suite's measurements at one stage, in the order in which they are added. The suite
 * declares its {@link SuiteMetric}s, from which unit and direction come, and adds values by id. A
 * value that isn't finite is omitted and noted; a standard error that isn't finite is null.
 */
public final class Measurements {
  private final String suite;
  private final String stage;
  private final Map<String, SuiteMetric> metrics;
  private final List<Measurement> added = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Starts empty.
   *
   * @param suite its name, with which metric ids begin
   * @param metrics the metrics that {@link #add(String, MeanWithError)} accepts
   */
  public Measurements(String suite, String stage, List<SuiteMetric> metrics) {
    this.suite = suite;
    this.stage = stage;
    this.metrics = metrics.stream().collect(Collectors.toMap(SuiteMetric::id, Function.identity()));
  }

  /** Adds a value that doesn't depend on a judge. */
  public void add(String metric, MeanWithError value) {
    add(metric, value, null);
  }

  /**
   * Adds a value.
   *
   * @param judgedBy the encoder or classifier that it depends on; null: none
   * @throws IllegalArgumentException if the suite doesn't declare this metric
   */
  public void add(String metric, MeanWithError value, @Nullable String judgedBy) {
    SuiteMetric declared = metrics.get(metric);
    if (declared == null) {
      throw new IllegalArgumentException(suite + " declares no metric " + metric);
    }
    add(declared, value, judgedBy);
  }

  /** Adds a value without an error: a p-value, a distance. */
  public void add(String metric, double value, int n) {
    add(metric, new MeanWithError(value, Double.NaN, n), null);
  }

  /** Adds a value of a metric that is only known once the suite is open, such as a task's. */
  public void add(SuiteMetric metric, MeanWithError value) {
    add(metric, value, null);
  }

  private void add(SuiteMetric metric, MeanWithError value, @Nullable String judgedBy) {
    String id = suite + "." + metric.id();
    if (!Double.isFinite(value.mean())) {
      notes.add(
          id
              + " is not a number and left out: log-probabilities that it rests on aren't finite,"
              + " or it divides by 0");
      return;
    }
    double error = value.standardError();
    added.add(
        new Measurement(
            stage,
            suite,
            id,
            value.mean(),
            metric.unit(),
            value.n(),
            metric.higherIsBetter(),
            Double.isFinite(error) ? Double.valueOf(error) : null,
            judgedBy,
            metric.best()));
  }

  /** All so far. */
  public List<Measurement> all() {
    return List.copyOf(added);
  }

  /** Which values were omitted, and why. */
  public List<String> notes() {
    return List.copyOf(notes);
  }
}
