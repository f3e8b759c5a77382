package io.engram.core.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.MeanWithError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code trials.jsonl}: one metric over trials that differ only in the seed.
 *
 * @param stage {@code before}, {@code after} or {@code epoch-N}
 * @param suite the suite that measured it
 * @param metric its id
 * @param unit its unit
 * @param higherIsBetter its direction; null if neither, and {@code best} is best
 * @param n number of trials that have it
 * @param mean mean over trials
 * @param standardDeviation standard deviation between trials, {@code √(Σ(x − x̄)²/(n−1))}; null for
 *     one trial. It says how much runs vary, not how precisely a single run is measured
 * @param low the lower end of the mean's 95 % interval by Student's t; null for one trial
 * @param high its upper end; null for one trial
 * @param values in the order of the seeds
 * @param best the best value of a metric without a direction; null, and not in the line: 0
 * @param samples number of samples behind the first trial's value; not in the line, since the
 *     trials' own measurements have it
 */
public record TrialSummary(
    String stage,
    String suite,
    String metric,
    String unit,
    @Nullable Boolean higherIsBetter,
    int n,
    double mean,
    @Nullable Double standardDeviation,
    @Nullable Double low,
    @Nullable Double high,
    List<Double> values,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double best,
    @JsonIgnore int samples) {
  private static final double LEVEL = 0.95;

  /** Copies the list. */
  public TrialSummary {
    values = List.copyOf(values);
  }

  /** Which direction is better, as in {@link Measurement#better()}. */
  public String better() {
    return Measurement.better(higherIsBetter, best);
  }

  private record Key(String stage, String suite, String metric) {}

  /**
   * One line for each metric that all trials have, in the order of the first trial.
   *
   * @param trials the measurements of each trial, in the order of the seeds
   */
  public static List<TrialSummary> of(List<List<Measurement>> trials) {
    Map<Key, List<Measurement>> byMeasure = new LinkedHashMap<>();
    for (List<Measurement> trial : trials) {
      for (Measurement m : trial) {
        byMeasure
            .computeIfAbsent(new Key(m.stage(), m.suite(), m.metric()), key -> new ArrayList<>())
            .add(m);
      }
    }
    return byMeasure.values().stream()
        .filter(measured -> measured.size() == trials.size())
        .map(TrialSummary::summary)
        .toList();
  }

  private static TrialSummary summary(List<Measurement> measured) {
    double[] values = measured.stream().mapToDouble(Measurement::value).toArray();
    MeanWithError mean = MeanWithError.of(values);
    Bootstrap.Interval interval = MeanWithError.interval(values, LEVEL);
    Measurement first = measured.get(0);
    return new TrialSummary(
        first.stage(),
        first.suite(),
        first.metric(),
        first.unit(),
        first.higherIsBetter(),
        mean.n(),
        mean.mean(),
        ofSeveral(mean.standardError() * Math.sqrt(mean.n()), mean.n()),
        ofSeveral(interval.low(), mean.n()),
        ofSeveral(interval.high(), mean.n()),
        measured.stream().map(Measurement::value).toList(),
        first.best(),
        first.n());
  }

  private static @Nullable Double ofSeveral(double value, int n) {
    return n < 2 ? null : (@Nullable Double) value;
  }
}
