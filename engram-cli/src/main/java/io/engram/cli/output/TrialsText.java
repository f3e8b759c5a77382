package io.engram.cli.output;

import io.engram.core.run.TrialSummary;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures over trials as tables: a line a metric, a column a stage. */
public final class TrialsText {
  /** Evaluated once for all trials, so that there is nothing to scatter. */
  private static final String BEFORE = "before";

  private TrialsText() {}

  /** Mean ± standard deviation between trials; empty where there are no measures. */
  public static String of(List<TrialSummary> summaries) {
    if (summaries.isEmpty()) {
      return "";
    }
    Map<String, List<TrialSummary>> metrics = new LinkedHashMap<>();
    summaries.forEach(s -> metrics.computeIfAbsent(s.metric(), id -> new ArrayList<>()).add(s));
    int trials = summaries.get(0).n();
    StageTable table =
        new StageTable(
            metrics.values().stream().map(TrialsText::line).toList(),
            stage -> heading(stage, trials));
    return table
        + (trials == 1
            ? "\nOne trial: nothing to scatter"
            : "\nSD: standard deviation between %d trials with different seeds".formatted(trials))
        + "; n: samples of each trial";
  }

  private static String heading(String stage, int trials) {
    if (stage.equals(BEFORE)) {
      return stage;
    }
    return trials == 1 ? stage : "%s: mean ± SD of %d trials".formatted(stage, trials);
  }

  private static StageTable.Line line(List<TrialSummary> ofMetric) {
    TrialSummary first = ofMetric.get(0);
    Map<String, String> byStage = new LinkedHashMap<>();
    ofMetric.forEach(summary -> byStage.put(summary.stage(), value(summary)));
    return new StageTable.Line(
        first.suite(),
        first.metric(),
        first.better(),
        first.unit(),
        ofMetric.stream().map(TrialSummary::samples).distinct().toList(),
        byStage);
  }

  private static String value(TrialSummary summary) {
    Double deviation = summary.standardDeviation();
    String mean = NumberText.plain(summary.mean());
    return deviation == null || summary.stage().equals(BEFORE)
        ? mean
        : mean + " ± " + NumberText.plainError(deviation);
  }
}
