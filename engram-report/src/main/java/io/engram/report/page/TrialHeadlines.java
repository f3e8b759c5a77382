package io.engram.report.page;

import io.engram.core.text.NumberText;
import io.engram.report.figure.Figure;
import io.engram.report.figure.Metric;
import io.engram.report.figure.Provenance;
import io.engram.report.figure.Score;
import io.engram.report.figure.Series;
import io.engram.report.page.Headline.Value;
import io.engram.report.run.RunData;
import io.engram.report.run.TrialSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The numbers at the top where there are trials: a mean for each set of runs, not a line a run. */
final class TrialHeadlines {
  private static final String SCATTER = "mean ± standard deviation between trials";

  private TrialHeadlines() {}

  static List<Headline> of(List<RunData> runs) {
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
                            Provenance.MEASURED))
                .toList(),
            "mean of the trials · evaluation apart · " + Headline.device(runs)));
    headlines.add(
        new Headline(
            "Cost of the order",
            "perturbed passes over the forget set",
            sets.stream()
                .map(
                    set ->
                        new Value(
                            key(set, ""),
                            NumberText.count(Math.round(mean(set, run -> run.journal().passes()))),
                            "",
                            Provenance.MEASURED))
                .toList(),
            "mean of the trials"));
    return headlines;
  }

  private static void addScore(
      List<Headline> into, List<TrialSet> sets, String title, String plain, Metric metric) {
    List<Value> values = new ArrayList<>();
    int samples = 0;
    List<RunData> runs = sets.stream().flatMap(set -> set.runs().stream()).toList();
    Series first = Series.of(runs).stream().findFirst().orElse(null);
    if (first != null && first.stage().equals(RunData.BEFORE)) {
      Score before = Score.of(first.run(), RunData.BEFORE, metric);
      if (before != null) {
        String value = NumberText.fixed(before.value(), Score.DIGITS);
        values.add(new Value(first.key(), value, "", Provenance.MEASURED));
      }
    }
    for (TrialSet set : sets) {
      Scatter after = Scatter.of(set, RunData.AFTER, metric);
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
        key, NumberText.fixed(scatter.mean(), Score.DIGITS), error, Provenance.MEASURED);
  }

  private static Figure.Key key(TrialSet set, String stage) {
    Figure.Key of = Series.keyOf(set.runs().get(0));
    String label =
        "%s%s, %s".formatted(stage, set.label(), NumberText.counted(set.runs().size(), "run"));
    return new Figure.Key(label, of.colour(), of.shape(), false);
  }

  private static double mean(TrialSet set, ToDoubleFunction<RunData> part) {
    return set.runs().stream().mapToDouble(part).average().orElse(Double.NaN);
  }
}
