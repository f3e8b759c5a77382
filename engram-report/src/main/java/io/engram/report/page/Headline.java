package io.engram.report.page;

import io.engram.core.run.Measurement;
import io.engram.core.text.NumberText;
import io.engram.report.figure.Cell;
import io.engram.report.figure.Figure;
import io.engram.report.figure.Metric;
import io.engram.report.figure.Palette;
import io.engram.report.figure.Score;
import io.engram.report.figure.Series;
import io.engram.report.page.Headline.Value;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunWords;
import io.engram.report.run.TrialSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One of the few numbers at the top of the page.
 *
 * @param plain its meaning in plain language
 * @param note beside the numbers: n, unit, what the error is
 */
public record Headline(String title, String plain, List<Value> values, String note) {
  /**
   * A run's value.
   *
   * @param error beside the value; empty if there is none
   */
  public record Value(
      Figure.Key key, String value, String error, Cell.Provenance errorProvenance) {}

  /** UC, UT, time and passes, as far as the runs recorded them; for trials, their means. */
  public static List<Headline> of(List<RunContents> runs) {
    if (TrialSet.of(runs).stream().anyMatch(TrialSet::hasTrials)) {
      return OfTrials.of(runs);
    }
    List<Headline> headlines = new ArrayList<>();
    addScore(headlines, runs, "Still known", "exact memorization", Metric.MEMORIZATION);
    addScore(headlines, runs, "Still completed", "extraction strength", Metric.EXTRACTION);
    if (headlines.isEmpty()) {
      addScore(headlines, runs, "Forgotten", "unlearning completeness, UC", Metric.COMPLETENESS);
    }
    addScore(headlines, runs, "Kept", "model utility, UT", Metric.UTILITY);
    addCost(headlines, runs);
    return headlines;
  }

  private static void addScore(
      List<Headline> into, List<RunContents> runs, String title, String plain, Metric metric) {
    List<Value> values = new ArrayList<>();
    int n = 0;
    boolean bound = false;
    for (Series state : Series.of(runs)) {
      Score score = Score.of(state.run(), state.stage(), metric);
      if (score != null) {
        n = Math.max(n, score.n());
        bound = bound || score.bound();
        values.add(
            new Value(
                state.key(),
                NumberText.fixed(score.value(), Score.DIGITS),
                score.errorText(),
                score.errorProvenance()));
      }
    }
    for (RunContents run : runs) {
      Score never = Score.of(run, Measurement.NEVER_SAW, metric);
      if (never != null) {
        values.add(
            new Value(
                new Figure.Key("a model that never saw it", Palette.INK, "square", true),
                NumberText.fixed(never.value(), Score.DIGITS),
                never.errorText(),
                never.errorProvenance()));
        break;
      }
    }
    if (!values.isEmpty()) {
      boolean known = metric.equals(Metric.MEMORIZATION) || metric.equals(Metric.EXTRACTION);
      String error = bound ? " · ± at most 1 standard error" : " · ± 1 standard error";
      String note =
          "0 to 1, "
              + (known ? "lower" : "higher")
              + " is better"
              + error
              + (n > 0 ? " · n = " + n : "");
      into.add(new Headline(title, plain, values, note));
    }
  }

  private static void addCost(List<Headline> into, List<RunContents> runs) {
    List<Value> time = new ArrayList<>();
    List<Value> passes = new ArrayList<>();
    for (RunContents run : runs) {
      Figure.Key key = Series.keyOf(run);
      time.add(
          new Value(
              key,
              NumberText.duration(run.journal().workSeconds()),
              updates(run),
              Cell.Provenance.MEASURED));
      passes.add(
          new Value(
              key,
              NumberText.count(run.journal().passes()),
              refreshTime(run),
              Cell.Provenance.MEASURED));
    }
    boolean otherScore = runs.stream().anyMatch(run -> RunWords.isOtherScore(run.order()));
    String score = otherScore ? "order" : "MRD";
    into.add(new Headline("Time", "training, " + score + " and answers", time, timeNote(runs)));
    into.add(
        new Headline(
            otherScore ? "Cost of the order" : "Cost of MRD",
            "perturbed passes over the forget set",
            passes,
            otherScore ? "scores without draws have none, only their time" : "0 where not used"));
  }

  private static String updates(RunContents run) {
    return NumberText.counted(run.journal().lastUpdate(), "update");
  }

  private static String refreshTime(RunContents run) {
    double seconds = run.journal().refreshSeconds();
    return seconds > 0 ? NumberText.duration(seconds) : "";
  }

  /** Runs may share the evaluation before, so its seconds are separate. */
  private static String timeNote(List<RunContents> runs) {
    List<String> evaluation =
        runs.stream().map(run -> NumberText.duration(run.journal().evaluationSeconds())).toList();
    String resumed =
        runs.stream().anyMatch(run -> run.journal().resumed())
            ? " · not known for a resumed run"
            : "";
    return "plus evaluation: " + String.join(", ", evaluation) + " · " + device(runs) + resumed;
  }

  static String device(List<RunContents> runs) {
    return String.join(", ", Summary.distinct(runs, run -> run.manifest().device()));
  }

  /** The numbers at the top for trials: a mean for each set of runs instead of a line per run. */
  private static final class OfTrials {
    private static final String SCATTER = "mean ± standard deviation between trials";

    private OfTrials() {}

    static List<Headline> of(List<RunContents> runs) {
      List<TrialSet> sets = TrialSet.of(runs);
      List<Headline> headlines = new ArrayList<>();
      addScore(headlines, sets, "Forgotten", "unlearning completeness, UC", Metric.COMPLETENESS);
      addScore(headlines, sets, "Kept", "model utility, UT", Metric.UTILITY);
      headlines.add(
          new Headline(
              "Time",
              "training, order and answers",
              sets.stream()
                  .map(
                      set ->
                          new Value(
                              key(set, ""),
                              NumberText.duration(mean(set, run -> run.journal().workSeconds())),
                              "",
                              Cell.Provenance.MEASURED))
                  .toList(),
              "mean of the trials, without evaluation · " + Headline.device(runs)));
      headlines.add(
          new Headline(
              "Cost of the order",
              "perturbed passes over the forget set",
              sets.stream()
                  .map(
                      set ->
                          new Value(
                              key(set, ""),
                              NumberText.count(
                                  Math.round(mean(set, run -> run.journal().passes()))),
                              "",
                              Cell.Provenance.MEASURED))
                  .toList(),
              "mean of the trials"));
      return headlines;
    }

    private static void addScore(
        List<Headline> into, List<TrialSet> sets, String title, String plain, Metric metric) {
      List<Value> values = new ArrayList<>();
      int samples = 0;
      List<RunContents> runs = sets.stream().flatMap(set -> set.runs().stream()).toList();
      Series first = Series.of(runs).stream().findFirst().orElse(null);
      if (first != null && first.stage().equals(RunContents.BEFORE)) {
        Score before = Score.of(first.run(), RunContents.BEFORE, metric);
        if (before != null) {
          String value = NumberText.fixed(before.value(), Score.DIGITS);
          values.add(new Value(first.key(), value, "", Cell.Provenance.MEASURED));
        }
      }
      for (TrialSet set : sets) {
        Scatter after = Scatter.of(set, RunContents.AFTER, metric);
        if (after != null) {
          samples = Math.max(samples, after.samples());
          values.add(value(key(set, "after, "), after));
        }
      }
      if (samples > 0) {
        String note = "0 to 1, higher is better · " + SCATTER + " · n = " + samples + " samples";
        into.add(new Headline(title, plain, values, note));
      }
    }

    private static Value value(Figure.Key key, Scatter scatter) {
      String error =
          scatter.values().length < 2
              ? ""
              : "±\u00a0" + NumberText.fixed(scatter.deviation(), Score.DIGITS);
      return new Value(
          key, NumberText.fixed(scatter.mean(), Score.DIGITS), error, Cell.Provenance.MEASURED);
    }

    private static Figure.Key key(TrialSet set, String stage) {
      Figure.Key of = Series.keyOf(set.runs().get(0));
      String label =
          "%s%s, %s".formatted(stage, set.label(), NumberText.counted(set.runs().size(), "run"));
      return new Figure.Key(label, of.colour(), of.shape(), false);
    }

    private static double mean(TrialSet set, ToDoubleFunction<RunContents> part) {
      return set.runs().stream().mapToDouble(part).average().orElse(Double.NaN);
    }
  }
}
