package io.engram.report.page;

import io.engram.core.run.MrdRow;
import io.engram.core.text.NumberText;
import io.engram.report.compare.OrderPairs;
import io.engram.report.figure.Metric;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunWords;
import io.engram.report.text.WordList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the runs can't show, point by point, from what they recorded. */
final class Limits {
  private Limits() {}

  static List<String> of(List<RunContents> runs) {
    List<String> limits = new ArrayList<>();
    if (runs.stream().anyMatch(RunContents::demonstrationModel)) {
      limits.add(
          "The model is the built-in demonstration model: a few million weights, trained for this"
              + " purpose. Its numbers show that the method runs, not how a large model behaves.");
    }
    addUnfinished(limits, runs);
    addSampleOfSet(limits, runs);
    if (evaluated(runs)) {
      limits.add(
          "UA and retain accuracy rest on a sentence encoder: " + JudgingEncoder.of(runs) + ".");
      if (JudgingEncoder.differs(runs)) {
        limits.add(
            "Not all states were judged by the same encoder: UA, retain accuracy, UC and UT of one"
                + " encoder can't be compared with those of another.");
      }
      limits.add(
          "Standard errors are over the evaluated samples of one training run. They don't include"
              + " what another seed would change. For UC and UT, where only the parts' errors are"
              + " recorded, the mean of the parts' errors is shown: the true standard error is at"
              + " most that.");
    } else {
      limits.add(
          runs.stream().noneMatch(run -> run.verdicts().isEmpty())
              ? "No evaluation suite was run: beyond the verdicts and the loss on samples to keep,"
                  + " nothing was measured."
              : "No evaluation is recorded: what was forgotten and kept was not measured.");
    }
    addSeeds(limits, runs);
    addMrd(limits, runs);
    for (RunContents run : runs) {
      run.journal().notes().stream()
          .filter(text -> !JudgingEncoder.isNamedIn(text))
          .forEach(text -> limits.add(note(run, runs, text)));
    }
    return limits.stream().distinct().toList();
  }

  /** The same in a few words, for directly below the numbers at the top. */
  static List<String> beside(List<RunContents> runs) {
    List<String> words = new ArrayList<>();
    for (String limit : Summary.distinct(runs, run -> run.recipe().get("eval.limit", "0"))) {
      if (!limit.equals("0")) {
        words.add("at most %s rows of each evaluation set".formatted(limit));
      }
    }
    if (evaluated(runs)) {
      words.add("sentence encoder: " + JudgingEncoder.of(runs));
    }
    List<String> seeds = Summary.distinct(runs, run -> run.recipe().get("seed", ""));
    if (seeds.size() == 1) {
      words.add("one seed (" + seeds.get(0) + ")");
    } else if (!seeds.isEmpty()) {
      words.add("%d seeds (%s)".formatted(seeds.size(), NumberText.ranges(seeds)));
    }
    return words;
  }

  private static boolean evaluated(List<RunContents> runs) {
    return runs.stream()
        .anyMatch(r -> r.measurement(RunContents.AFTER, Metric.COMPLETENESS.id()) != null);
  }

  private static void addUnfinished(List<String> limits, List<RunContents> runs) {
    for (RunContents run : runs) {
      if (!run.manifest().status().equals("done")) {
        limits.add(WordList.capitalised(run.label()) + ": " + State.text(run));
      }
    }
  }

  private static void addSampleOfSet(List<String> limits, List<RunContents> runs) {
    for (String limit : Summary.distinct(runs, run -> run.recipe().get("eval.limit", "0"))) {
      if (!limit.equals("0")) {
        limits.add(
            "The evaluation looked at no more than "
                + limit
                + " rows of each set, not at the whole set.");
      }
    }
  }

  private static void addSeeds(List<String> limits, List<RunContents> runs) {
    List<String> seeds = Summary.distinct(runs, run -> run.recipe().get("seed", ""));
    if (seeds.size() == 1) {
      limits.add(
          "One seed ("
              + seeds.get(0)
              + "). The paper averages five trials; one can't show how much a result owes to"
              + " chance.");
    }
    if (OrderPairs.of(runs).stream().anyMatch(pairs -> pairs.pairs().size() > 1)) {
      limits.add(
          "Orders are compared by pairs of runs of equal seed. The intervals are Student's t over"
              + " the pairs, which assumes normally distributed differences, and hold for these"
              + " samples and this model; there is no correction for testing several measures.");
    }
  }

  private static void addMrd(List<String> limits, List<RunContents> runs) {
    List<MrdRow> rows = runs.stream().flatMap(run -> run.firstMrd().stream()).toList();
    if (rows.isEmpty() && runs.stream().noneMatch(run -> run.verdicts().isEmpty())) {
      return;
    }
    if (rows.isEmpty()) {
      boolean otherScore = runs.stream().anyMatch(run -> RunWords.isOtherScore(run.order()));
      limits.add(
          otherScore
              ? "No run shown computed MRD; the order went by %s, which stand in the run folder and"
                      .formatted(
                          runs.stream()
                              .map(RunContents::order)
                              .filter(RunWords::isOtherScore)
                              .distinct()
                              .map(order -> order.replace('_', ' '))
                              .collect(Collectors.joining(" and ")))
                  + " not on this page."
              : "No run shown computed MRD, so how hard each sample was is not known.");
      return;
    }
    int clamped = rows.stream().mapToInt(MrdRow::clamped).sum();
    int tokens = rows.stream().mapToInt(MrdRow::tokens).sum();
    long broken = rows.stream().filter(r -> !Double.isFinite(r.mrd())).count();
    limits.add(
        "MRD is a Monte Carlo estimate for one size of perturbation (σ = "
            + String.join(
                ", ", Summary.distinct(runs, r -> r.recipe().get("order.estimator.sigma", "")))
            + "); another σ can rank the samples differently.");
    if (clamped > 0) {
      limits.add(
          "%d of %d tokens were so certain that their log-probability was clamped before dividing by it."
              .formatted(clamped, tokens));
    }
    if (broken > 0) {
      limits.add(
          "%d samples have no finite MRD and are left out of the figures.".formatted(broken));
    }
  }

  private static String note(RunContents run, List<RunContents> runs, String text) {
    return runs.size() == 1 ? text : WordList.capitalised(run.label()) + ": " + text;
  }

  /** The state of an unfinished run. */
  static final class State {
    private State() {}

    static String text(RunContents run) {
      int updates = run.journal().lastUpdate();
      return switch (run.manifest().status()) {
        case "running" -> "the run was still in progress after %d updates.".formatted(updates);
        case "interrupted" ->
            "the run was interrupted after %d updates; resume it with `engram unlearn --resume`."
                .formatted(updates);
        case "failed" ->
            "the run failed after %d updates%s.".formatted(updates, cause(run.journal().failure()));
        default -> "the run is done.";
      };
    }

    private static String cause(String message) {
      return message.isEmpty() ? "" : ": " + message;
    }
  }
}
