package io.engram.cli.output;

import io.engram.core.run.TrialSummary;
import io.engram.core.stats.SignificantDigits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Measures over trials as a table: a line a metric, a column a stage. */
public final class TrialsText {
  private TrialsText() {}

  /** Mean ± standard deviation between trials; empty where there are no measures. */
  public static String of(List<TrialSummary> summaries) {
    if (summaries.isEmpty()) {
      return "";
    }
    List<String> stages = summaries.stream().map(TrialSummary::stage).distinct().toList();
    List<String> headings = new ArrayList<>(List.of("metric", "better"));
    headings.addAll(stages);
    Table table = new Table(headings.toArray(String[]::new));
    for (String metric : summaries.stream().map(TrialSummary::metric).distinct().toList()) {
      table.row(line(summaries, metric, stages));
    }
    return table
        + "\nMean ± standard deviation between %d trials with different seeds."
            .formatted(summaries.get(0).n());
  }

  private static String[] line(List<TrialSummary> all, String metric, List<String> stages) {
    List<TrialSummary> own = all.stream().filter(s -> s.metric().equals(metric)).toList();
    List<String> cells = new ArrayList<>();
    cells.add(metric);
    cells.add(own.get(0).better());
    for (String stage : stages) {
      Optional<TrialSummary> found =
          own.stream().filter(summary -> summary.stage().equals(stage)).findFirst();
      cells.add(found.map(TrialsText::value).orElse(""));
    }
    return cells.toArray(String[]::new);
  }

  /** The evaluation before is one for all trials, so that there is nothing to scatter. */
  private static String value(TrialSummary summary) {
    Double deviation = summary.standardDeviation();
    String mean = SignificantDigits.of(summary.mean());
    return deviation == null || summary.stage().equals("before")
        ? mean
        : mean + " ± " + SignificantDigits.of(deviation);
  }
}
