package io.engram.report.compare;

import io.engram.core.EngramException;
import io.engram.core.random.RandomStream;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.SampleRow;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.RankCorrelation;
import io.engram.report.run.JournalView;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How well plans ({@code plan.json}) forecast the runs that followed.
 *
 * @param runs each run against its plan, in the order given; unfinished runs are not among them
 * @param unfinished runs that have not ended
 * @param endedByBudget runs of which only is known that they need more updates than they made
 * @param intervalHeld how often the interval held the number of updates; runs that leave it open
 *     don't count
 * @param relativeError of the number of updates, |forecast − needed| / needed, over the runs that
 *     came to their end
 * @param rankCorrelation Spearman's ρ between the updates forecast for each request and those it
 *     took, over the runs that have one
 * @param keepLossError rise of the loss on samples to keep, measured less forecast, nats a token
 */
public record PlanAccuracy(
    List<Run> runs,
    List<String> unfinished,
    int endedByBudget,
    Share intervalHeld,
    MedianOf relativeError,
    MeanOf rankCorrelation,
    MeanOf keepLossError) {
  private static final double LEVEL = 0.95;
  private static final int DRAWS = 10_000;

  /** Fewest requests that a ρ is computed from. */
  private static final int FEWEST = 3;

  /**
   * A run against its plan.
   *
   * @param run its folder
   * @param low lower end of the interval; null: more than the rehearsal could see
   * @param median the forecast; null likewise
   * @param high the upper end; null likewise
   * @param updates updates that the run made
   * @param endedByBudget whether it needs more than these
   * @param held whether the interval holds the number needed; null: the run's end leaves it open
   * @param relativeError |median − updates| / updates; null if either is not known
   * @param requests requests that the run had to forget
   * @param rankCorrelation Spearman's ρ over these; null if there are fewer than three, or one side
   *     is constant
   * @param keepRiseForecast forecast rise of the loss on samples to keep, nats a token; null if the
   *     plan has none
   * @param keepRise the same as measured after the last update, on other samples
   */
  public record Run(
      String run,
      @Nullable Double low,
      @Nullable Double median,
      @Nullable Double high,
      int updates,
      boolean endedByBudget,
      @Nullable Boolean held,
      @Nullable Double relativeError,
      int requests,
      @Nullable Double rankCorrelation,
      @Nullable Double keepRiseForecast,
      @Nullable Double keepRise) {}

  /**
   * A share of runs.
   *
   * @param share p = held/n; null for no run
   * @param standardError √(p(1 − p)/n); null for no run
   */
  public record Share(int held, int n, @Nullable Double share, @Nullable Double standardError) {
    static Share of(int held, int n) {
      double p = (double) held / n;
      return n == 0
          ? new Share(0, 0, null, null)
          : new Share(held, n, p, Math.sqrt(p * (1 - p) / n));
    }
  }

  /**
   * A mean over runs.
   *
   * @param mean null for no run
   * @param standardError null for fewer than two
   */
  public record MeanOf(int n, @Nullable Double mean, @Nullable Double standardError) {
    static MeanOf of(double[] values) {
      MeanWithError mean = MeanWithError.of(values);
      return new MeanOf(
          mean.n(),
          values.length == 0 ? null : Double.valueOf(mean.mean()),
          values.length < 2 ? null : Double.valueOf(mean.standardError()));
    }
  }

  /**
   * A median over runs.
   *
   * @param median null for no run
   * @param low lower end of its 95 % bootstrap interval; null for fewer than two runs
   * @param high the upper end
   */
  public record MedianOf(
      int n, @Nullable Double median, @Nullable Double low, @Nullable Double high) {
    static MedianOf of(double[] values) {
      if (values.length == 0) {
        return new MedianOf(0, null, null, null);
      }
      double median = median(values);
      if (values.length < 2) {
        return new MedianOf(1, median, null, null);
      }
      Bootstrap.Interval interval =
          Bootstrap.interval(
              values, MedianOf::median, LEVEL, DRAWS, RandomStream.of(0, "plan accuracy", 0, 0));
      return new MedianOf(values.length, median, interval.low(), interval.high());
    }

    private static double median(double[] values) {
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      int half = sorted.length / 2;
      return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
  }

  /**
   * Reads runs with plans; a folder of trials stands for its finished trials.
   *
   * @throws EngramException if a folder is no run, or has no plan
   */
  public static PlanAccuracy read(List<Path> folders) {
    for (Path folder : folders) {
      if (Files.isRegularFile(folder.resolve("manifest.json"))
          && !Files.isRegularFile(folder.resolve(ForgetPlan.FILE))) {
        throw noPlan(folder.toString());
      }
    }
    return of(RunReader.read(folders));
  }

  private static EngramException noPlan(String folder) {
    return EngramException.usage(
        "%s has no %s, so there is nothing to hold the run against. `engram forget` writes one before it trains."
            .formatted(folder, ForgetPlan.FILE));
  }

  /** Of runs that each have a plan. */
  static PlanAccuracy of(List<RunContents> contents) {
    List<Run> runs = new ArrayList<>();
    List<String> unfinished = new ArrayList<>();
    for (RunContents run : contents) {
      ForgetPlan plan = run.plan();
      if (plan == null) {
        throw noPlan(run.folder());
      }
      if (run.journal().stopReason().isEmpty()) {
        unfinished.add(run.folder());
      } else {
        runs.add(run(run, plan));
      }
    }
    List<Boolean> held = runs.stream().map(Run::held).flatMap(Stream::ofNullable).toList();
    return new PlanAccuracy(
        runs,
        unfinished,
        (int) runs.stream().filter(Run::endedByBudget).count(),
        Share.of((int) held.stream().filter(h -> h).count(), held.size()),
        MedianOf.of(values(runs.stream().map(Run::relativeError))),
        MeanOf.of(values(runs.stream().map(Run::rankCorrelation))),
        MeanOf.of(
            values(
                runs.stream()
                    .map(
                        run ->
                            run.keepRise() == null || run.keepRiseForecast() == null
                                ? null
                                : run.keepRise() - run.keepRiseForecast()))));
  }

  private static double[] values(Stream<@Nullable Double> values) {
    return values.filter(Objects::nonNull).mapToDouble(value -> value).toArray();
  }

  private static Run run(RunContents run, ForgetPlan plan) {
    JournalView journal = run.journal();
    int updates = journal.lastUpdate();
    boolean budget = journal.stopReason().equals("budget");
    ForgetPlan.Updates forecast = plan.updates();
    Double median = forecast.median();
    double[][] pairs = pairs(plan, run.samples());
    List<JournalView.Keep> keeps = journal.keeps();
    double forecastRise = plan.keepLoss().forecast() - plan.keepLoss().before();
    return new Run(
        run.folder(),
        forecast.low(),
        median,
        forecast.high(),
        updates,
        budget,
        held(forecast, updates, budget),
        budget || median == null || updates == 0
            ? null
            : Double.valueOf(Math.abs(median - updates) / updates),
        pairs[0].length,
        rankCorrelation(pairs),
        Double.isFinite(forecastRise) ? Double.valueOf(forecastRise) : null,
        keeps.isEmpty() ? null : Double.valueOf(keeps.get(keeps.size() - 1).rise()));
  }

  /**
   * Whether an interval holds the number of updates needed. An end that is null is beyond what the
   * rehearsal could see.
   *
   * @param updates that the run made
   * @param more whether it needs more than these, nobody knows how many
   * @return null if it can't be said
   */
  static @Nullable Boolean held(ForgetPlan.Updates interval, int updates, boolean more) {
    Double low = interval.low();
    Double high = interval.high();
    if (!more) {
      return low != null && updates >= low && (high == null || updates <= high);
    }
    if (high != null) {
      return updates + 1 > high ? Boolean.FALSE : null;
    }
    boolean inside = low == null || updates >= low;
    return inside ? Boolean.TRUE : null;
  }

  /**
   * Forecast and needed updates of the requests that the run had to forget: those that were not
   * forgotten from the start. Unknown numbers are infinite: they rank last, as equals.
   */
  static double[][] pairs(ForgetPlan plan, List<SampleRow> samples) {
    Map<String, SampleRow> rows = new HashMap<>();
    samples.forEach(sample -> rows.put(sample.id(), sample));
    List<double[]> pairs = new ArrayList<>();
    for (ForgetPlan.Planned planned : plan.samples()) {
      SampleRow row = rows.get(planned.id());
      if (row == null) {
        continue;
      }
      Integer at = row.forgottenAtUpdate();
      Double forecast = planned.updates();
      if (at == null || at > 0) {
        pairs.add(
            new double[] {
              forecast == null ? Double.POSITIVE_INFINITY : forecast,
              at == null ? Double.POSITIVE_INFINITY : at
            });
      }
    }
    return new double[][] {
      pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
      pairs.stream().mapToDouble(pair -> pair[1]).toArray()
    };
  }

  private static @Nullable Double rankCorrelation(double[][] pairs) {
    if (pairs[0].length < FEWEST) {
      return null;
    }
    double rho = RankCorrelation.spearman(pairs[0], pairs[1]);
    return Double.isNaN(rho) ? null : Double.valueOf(rho);
  }
}
