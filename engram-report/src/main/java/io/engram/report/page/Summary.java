package io.engram.report.page;

import io.engram.core.run.Measurement;
import io.engram.core.stats.PairedDifference;
import io.engram.core.text.NumberText;
import io.engram.report.figure.Metric;
import io.engram.report.figure.Score;
import io.engram.report.run.JournalView;
import io.engram.report.run.RunContents;
import io.engram.report.run.RunWords;
import io.engram.report.run.TrialSet;
import io.engram.report.text.WordList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The page's first words: the question and the result, in sentences made from the numbers.
 *
 * @param title of the page
 * @param asked one sentence
 * @param cameOut the evaluation's results, one sentence per point
 */
public record Summary(String title, String asked, List<String> cameOut) {
  /** The summary of one run or several. */
  public static Summary of(List<RunContents> runs) {
    List<String> cameOut = new ArrayList<>();
    addChange(cameOut, runs, "Exact memorization of what is to be forgotten", Metric.MEMORIZATION);
    for (RunContents run : runs) {
      Score never = Score.of(run, Measurement.NEVER_SAW, Metric.MEMORIZATION);
      if (never != null) {
        cameOut.add("It is %s for a model that never saw it.".formatted(never.text()));
        break;
      }
    }
    addChange(cameOut, runs, "Unlearning completeness (UC)", Metric.COMPLETENESS);
    addChange(cameOut, runs, "Model utility (UT)", Metric.UTILITY);
    cameOut.addAll(OrderComparison.sentences(runs));
    for (RunContents run : runs) {
      if (run.verdicts().isEmpty()) {
        found(run).ifPresent(cameOut::add);
      }
      if (!run.verdicts().isEmpty()) {
        cameOut.add(
            WordList.capitalised(run.label()) + ": " + RequestView.title(run.verdicts()) + ".");
      }
    }
    if (cameOut.isEmpty()) {
      cameOut.add("Nothing was evaluated, so this page can't say what was forgotten or kept.");
    }
    RunContents first = runs.get(0);
    String title =
        runs.size() == 1 && !first.verdicts().isEmpty()
            ? RequestView.title(first.verdicts())
            : title(runs);
    return new Summary(title, asked(runs), cameOut);
  }

  /** What the stopping rule found of the saved model; empty if it checks no samples. */
  private static Optional<String> found(RunContents run) {
    List<JournalView.Check> checks = run.journal().checks();
    if (checks.isEmpty()) {
      return Optional.empty();
    }
    JournalView.Check last = checks.get(checks.size() - 1);
    JournalView.Best best = run.journal().best();
    return Optional.of(
        "%s: the stopping rule found %d of %s forgotten after %s%s."
            .formatted(
                WordList.capitalised(run.label()),
                best == null ? last.forgotten() : last.samples() - best.left(),
                NumberText.counted(last.samples(), "sample"),
                NumberText.counted(best == null ? last.update() : best.update(), "update"),
                best == null ? "" : ", in the model that was saved"));
  }

  private static String title(List<RunContents> runs) {
    String methods = WordList.and(distinct(runs, run -> RunWords.method(run.method())));
    String data = WordList.and(distinct(runs, run -> run.recipe().get("forget.data", "")));
    String orders = WordList.and(distinct(runs, run -> run.orderInWords()));
    return WordList.capitalised(methods) + (data.isEmpty() ? "" : " on " + data) + ": " + orders;
  }

  static String asked(List<RunContents> runs) {
    RunContents first = runs.get(0);
    String retain = WordList.and(distinct(runs, run -> run.recipe().get("retain.data", "")));
    String forget = WordList.and(distinct(runs, run -> run.recipe().get("forget.data", "")));
    return "Make %s forget %s%s%s, with %s in %s: %s."
        .formatted(
            WordList.and(distinct(runs, Summary::model)),
            NumberText.counted(first.sampleCount(), "sample"),
            forget.isEmpty() ? "" : " (" + forget + ")",
            retain.isEmpty() ? "" : " and keep the rest (" + retain + ")",
            WordList.and(distinct(runs, run -> RunWords.method(run.method()))),
            WordList.and(distinct(runs, run -> run.orderInWords())),
            WordList.and(distinct(runs, Summary::budget)));
  }

  private static String model(RunContents run) {
    return run.demonstrationModel()
        ? "the built-in demonstration model (mini)"
        : run.manifest().modelPath();
  }

  private static String budget(RunContents run) {
    String epochs = run.recipe().get("budget.epochs", "");
    double batch = run.recipe().number("budget.batch") * run.recipe().number("budget.accumulate");
    String length =
        epochs.isEmpty()
            ? run.recipe().get("budget.updates", String.valueOf(run.journal().lastUpdate()))
                + " updates"
            : epochs + (epochs.equals("1") ? " epoch" : " epochs");
    return Double.isFinite(batch)
        ? length + " with %s samples an update".formatted(NumberText.fixed(batch, 0))
        : length;
  }

  static List<String> distinct(List<RunContents> runs, Function<RunContents, String> part) {
    return runs.stream().map(part).filter(text -> !text.isEmpty()).distinct().toList();
  }

  /** {@code X rose from 0.21 ± 0.02 to 0.63 ± 0.02 in uniform order and to … in MRD order.} */
  private static void addChange(
      List<String> into, List<RunContents> runs, String name, Metric metric) {
    List<Change> changes = new ArrayList<>();
    for (TrialSet set : TrialSet.of(runs)) {
      if (set.hasTrials()) {
        Change.ofTrials(set, metric).ifPresent(changes::add);
      } else {
        set.runs().forEach(run -> Change.of(run, metric).ifPresent(changes::add));
      }
    }
    if (!changes.isEmpty()) {
      into.add(name + " " + WordList.and(sentences(changes)) + ".");
    }
  }

  private static List<String> sentences(List<Change> changes) {
    List<String> parts = new ArrayList<>();
    String said = "";
    for (Change change : changes) {
      String verb = change.verb();
      String where = changes.size() == 1 ? "" : " in " + change.label();
      boolean repeat = (verb + change.before()).equals(said);
      parts.add(
          repeat
              ? "to " + change.after() + where
              : "%s from %s to %s%s".formatted(verb, change.before(), change.after(), where));
      said = verb + change.before();
    }
    return parts;
  }

  /**
   * How a score changed in a run, or in the trials of one recipe.
   *
   * @param label of the run or the trials
   * @param verb how it moved, as far as known
   * @param before as text
   * @param after as text
   */
  private record Change(String label, String verb, String before, String after) {
    private static final double LEVEL = 0.95;

    /** For one run; empty if it wasn't measured before and after. */
    static Optional<Change> of(RunContents run, Metric metric) {
      Score after = Score.of(run, RunContents.AFTER, metric);
      Score before = Score.of(run, RunContents.BEFORE, metric);
      return after == null || before == null
          ? Optional.empty()
          : Optional.of(new Change(run.label(), verb(before, after), before.text(), after.text()));
    }

    /** Mean ± standard deviation over trials; empty if not all have both scores. */
    static Optional<Change> ofTrials(TrialSet set, Metric metric) {
      Scatter before = Scatter.of(set, RunContents.BEFORE, metric);
      Scatter after = Scatter.of(set, RunContents.AFTER, metric);
      return before == null || after == null
          ? Optional.empty()
          : Optional.of(
              new Change(
                  set.label(),
                  verb(before, after),
                  NumberText.fixed(before.mean(), Score.DIGITS),
                  "%s (%s)"
                      .formatted(
                          NumberText.withError(after.mean(), after.deviation(), Score.DIGITS),
                          NumberText.counted(after.values().length, "trial"))));
    }

    private static String verb(Score before, Score after) {
      return switch (Verdict.between(before, after).kind()) {
        case HIGHER -> "rose";
        case LOWER -> "fell";
        case NO_DIFFERENCE -> "stayed within two standard errors, moving";
        case UNKNOWN -> after.value() < before.value() ? "went down" : "went up";
      };
    }

    private static String verb(Scatter before, Scatter after) {
      return switch (PairedDifference.of(before.values(), after.values(), LEVEL).verdict()) {
        case HOLDS -> "rose";
        case FAILS -> "fell";
        case UNDECIDED -> "stayed within what trials scatter, moving";
        case EQUAL, UNMEASURED -> "stayed";
      };
    }
  }
}
