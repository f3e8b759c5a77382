package io.engram.report.page;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.SampleRow;
import io.engram.core.run.VerdictRow;
import io.engram.core.text.NumberText;
import io.engram.report.figure.Figure;
import io.engram.report.figure.ForgettingFigure;
import io.engram.report.figure.LayersFigure;
import io.engram.report.run.JournalView;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts of {@code engram forget} in words for the person who asked.
 *
 * @param label of the run
 * @param title the answer in a line
 * @param answer the same in a few sentences
 * @param standard what a request was compared with
 * @param facts what it cost, and what was planned
 * @param table each request
 * @param figure how it went, look by look; null if the run never looked
 * @param attacks what attacks found out; null if it was not attacked
 * @param layers what its hidden states hold, layer by layer; null if no attack looked at them
 * @param unchecked what nobody looked at
 */
public record RequestView(
    String label,
    String title,
    List<String> answer,
    List<String> standard,
    List<Fact> facts,
    RequestTable table,
    @Nullable Figure figure,
    @Nullable AttackTable attacks,
    @Nullable Figure layers,
    List<String> unchecked) {
  /** Controls below which nothing is decided. */
  private static final int FEWEST_CONTROLS = 20;

  /** A number with its name and what qualifies it. */
  public record Fact(String name, String value, String note) {}

  /** Of a run; empty if it has no verdicts. */
  public static Optional<RequestView> of(RunContents run, String figureId) {
    List<VerdictRow> verdicts = run.verdicts();
    if (verdicts.isEmpty()) {
      return Optional.empty();
    }
    Map<String, SampleRow> samples = new HashMap<>();
    run.samples().forEach(sample -> samples.put(sample.id(), sample));
    return Optional.of(
        new RequestView(
            run.label(),
            title(verdicts),
            answer(run),
            standard(run),
            facts(run),
            RequestTable.of(verdicts, samples, tooFew(run)),
            ForgettingFigure.of(run, figureId, "").orElse(null),
            run.audit() == null ? null : AttackTable.of(run.audit()),
            LayersFigure.of(run.audit(), figureId + "-layers").orElse(null),
            unchecked(run)));
  }

  private static int count(List<VerdictRow> verdicts, String verdict) {
    return (int) verdicts.stream().filter(v -> v.verdict().equals(verdict)).count();
  }

  /** {@code 10 of 14 requests are forgotten; 2 are still known; 2 were never known}. */
  static String title(List<VerdictRow> verdicts) {
    int all = verdicts.size();
    int forgotten = count(verdicts, VerdictRow.FORGOTTEN);
    if (forgotten == all) {
      return all == 1 ? "The request is forgotten" : "All %d requests are forgotten".formatted(all);
    }
    int never = count(verdicts, VerdictRow.NOT_KNOWN_BEFORE);
    if (never == all) {
      return all == 1
          ? "The request was never known"
          : "None of the %d requests was ever known".formatted(all);
    }
    List<String> parts = new ArrayList<>();
    parts.add(
        all == 1
            ? "The request is not forgotten"
            : "%s %d requests %s forgotten"
                .formatted(
                    forgotten == 0 ? "None of the" : forgotten + " of",
                    all,
                    forgotten < 2 ? "is" : "are"));
    add(parts, count(verdicts, VerdictRow.KNOWN), "is still known", "are still known");
    add(parts, count(verdicts, VerdictRow.HIDDEN), "is only hidden", "are only hidden");
    add(
        parts,
        count(verdicts, VerdictRow.OVER_FORGOTTEN),
        "is forgotten so far that it shows",
        "are forgotten so far that it shows");
    add(parts, count(verdicts, VerdictRow.UNDECIDED), "is undecided", "are undecided");
    add(parts, never, "was never known", "were never known");
    return String.join("; ", parts);
  }

  private static void add(List<String> parts, int count, String one, String several) {
    if (count > 0) {
      parts.add(count + " " + (count == 1 ? one : several));
    }
  }

  /**
   * What the verdicts follow from.
   *
   * @param origin {@code given}, {@code retrained} or {@code made}
   * @param n how many
   */
  private record Controls(String origin, int n) {}

  /** The audit's controls, which may be others than the run's; without an audit the run's. */
  private static @Nullable Controls controls(RunContents run) {
    AuditSummary audit = run.audit();
    if (audit != null) {
      return new Controls(audit.comparedWith(), audit.controls());
    }
    ForgetPlan plan = run.plan();
    ForgetPlan.Controls planned = plan == null ? null : plan.controls();
    return planned == null ? null : new Controls(planned.origin(), planned.n());
  }

  private static boolean tooFew(RunContents run) {
    Controls controls = controls(run);
    return controls != null
        && !controls.origin().equals("retrained")
        && controls.n() < FEWEST_CONTROLS;
  }

  private static List<String> answer(RunContents run) {
    List<VerdictRow> verdicts = run.verdicts();
    List<String> answer = new ArrayList<>();
    int forgotten = count(verdicts, VerdictRow.FORGOTTEN);
    int known = count(verdicts, VerdictRow.KNOWN);
    int undecided = count(verdicts, VerdictRow.UNDECIDED);
    int never = count(verdicts, VerdictRow.NOT_KNOWN_BEFORE);
    if (known > 0) {
      answer.add(
          "The model still knows %d better than questions that it has never seen. %s"
              .formatted(known, wouldNeed(run)));
    }
    int hidden = count(verdicts, VerdictRow.HIDDEN);
    if (hidden > 0) {
      answer.add(
          "It doesn't answer %d any more, but under an attack it knows %s: see below."
              .formatted(hidden, hidden == 1 ? "it" : "them"));
    }
    if (undecided > 0) {
      answer.add(
          tooFew(run)
              ? "There are too few never-seen questions to compare with, so there is no verdict: the table shows the numbers only."
              : "For %d the measures disagree: one is above the limit, the others are not."
                  .formatted(undecided));
    }
    if (forgotten > 0) {
      answer.add(
          "The model now knows %s no better than questions that it has never seen."
              .formatted(forgotten == 1 ? "the forgotten one" : "the forgotten " + forgotten));
    }
    if (never > 0) {
      answer.add(
          "It never knew %d; %s left alone."
              .formatted(never, never == 1 ? "that was" : "those were"));
    }
    long others =
        verdicts.stream()
            .filter(v -> v.knownBefore().equals(VerdictRow.KNOWN))
            .filter(v -> Boolean.TRUE.equals(v.answeredForOthers()))
            .count();
    if (others > 0) {
      answer.add(
          "%s to %d it gave just as readily about someone else: %s from the way the question is put, and %s not knowledge of this request."
              .formatted(
                  others == 1 ? "The answer" : "The answers",
                  others,
                  others == 1 ? "it follows" : "they follow",
                  others == 1 ? "is" : "are"));
    }
    return answer;
  }

  private static String wouldNeed(RunContents run) {
    List<JournalView.Keep> keeps = run.journal().keeps();
    if (keeps.isEmpty()) {
      return "";
    }
    JournalView.Keep last = keeps.get(keeps.size() - 1);
    return last.rise() > last.bound()
        ? "To forget the rest would cost the samples to keep more than the bound allows (%s nats a token at the last update): give more samples to keep (--keep), or allow more (--keep-loss)."
            .formatted(NumberText.signed(last.rise(), 3))
        : "The budget of updates was too small for the rest: give more (budget.updates=N).";
  }

  private static List<String> standard(RunContents run) {
    Controls controls = controls(run);
    List<String> text = new ArrayList<>();
    text.add(
        "A request is forgotten when none of the measures in the table is above its limit, and known when two or more are. The limit is what 95 of 100 never-seen questions stay within.");
    if (controls == null) {
      return text;
    }
    text.add(
        switch (controls.origin()) {
          case "given" ->
              "Compared with %s that you gave as never seen by the model."
                  .formatted(NumberText.counted(controls.n(), "sample"));
          case "retrained" ->
              "Compared with how well a model that never saw the requests (%s) knows them; a request may also be as well known as that model knows this very one."
                  .formatted(run.recipe().get("eval.retrained", "given with --retrained"));
          default ->
              "Compared with %s that Engram made by exchanging names, numbers, dates and other words among the requests. This is the weakest comparison: made questions can be odder than real ones, which puts the limit too low or too high. Real ones that the model has never seen (--controls), or a model trained without the requests (--retrained), are better."
                  .formatted(NumberText.counted(controls.n(), "question"));
        });
    if (tooFew(run)) {
      text.add(
          "%d are too few for a verdict; %d are needed.".formatted(controls.n(), FEWEST_CONTROLS));
    }
    return text;
  }

  private static List<Fact> facts(RunContents run) {
    List<Fact> facts = new ArrayList<>();
    List<VerdictRow> verdicts = run.verdicts();
    long before = verdicts.stream().filter(v -> !v.knownBefore().equals("not_known")).count();
    int never = verdicts.size() - (int) before;
    facts.add(
        new Fact(
            "Forgotten, of those it knew",
            "%d of %d".formatted(count(verdicts, VerdictRow.FORGOTTEN), before),
            never == 0 ? "" : "%d more it never knew".formatted(never)));
    kept(run).ifPresent(facts::add);
    ForgetPlan plan = run.plan();
    if (plan != null) {
      facts.add(updates(run, plan));
      facts.add(
          new Fact(
              "Time",
              NumberText.duration(run.journal().workSeconds()),
              "planned %s; rehearsing for the plan took %s before that%s"
                  .formatted(
                      NumberText.duration(plan.seconds()),
                      NumberText.duration(plan.rehearsal().seconds()),
                      run.journal().resumed() ? "; not known for a resumed run" : "")));
    }
    return facts;
  }

  private static Optional<Fact> kept(RunContents run) {
    List<JournalView.Keep> keeps = run.journal().keeps();
    if (keeps.isEmpty()) {
      return Optional.empty();
    }
    JournalView.Keep last = keeps.get(keeps.size() - 1);
    JournalView.Best best = run.journal().best();
    double loss = best == null || Double.isNaN(best.keepLoss()) ? last.loss() : best.keepLoss();
    double rise = loss - last.start();
    String bound =
        Double.isNaN(last.bound())
            ? "no bound was set"
            : "at most %s was allowed".formatted(percent(last.bound()));
    return Optional.of(
        new Fact(
            "Change in what is to be kept",
            percent(rise),
            "in how probable the right words are; %s. Loss %s → %s nats a token%s, on %s not trained on"
                .formatted(
                    bound,
                    NumberText.fixed(last.start(), 3),
                    NumberText.fixed(loss, 3),
                    Double.isNaN(last.bound())
                        ? ""
                        : " (it may rise by %s)".formatted(NumberText.plain(last.bound())),
                    NumberText.counted(last.samples(), "sample"))));
  }

  /** A rise of the loss r as the change of a right token's probability, {@code e^−r − 1}. */
  static String percent(double rise) {
    double percent = 100 * Math.expm1(-rise);
    return Math.abs(percent) < 0.05
        ? "under 0.1\u00a0%"
        : NumberText.signed(percent, 1) + "\u00a0%";
  }

  private static Fact updates(RunContents run, ForgetPlan plan) {
    JournalView journal = run.journal();
    List<String> notes = new ArrayList<>();
    ForgetPlan.Updates planned = plan.updates();
    Double median = planned.median();
    notes.add(
        median == null
            ? "planned: more than %d".formatted(plan.budget())
            : "planned %s%s"
                .formatted(
                    NumberText.fixed(median, 0),
                    planned.low() == null || planned.high() == null
                        ? ""
                        : ", probably %s to %s"
                            .formatted(
                                NumberText.fixed(planned.low(), 0),
                                NumberText.fixed(planned.high(), 0))));
    if (journal.stopReason().equals("budget")) {
      notes.add("the budget ended it, not the requests");
    }
    JournalView.Best best = journal.best();
    if (best != null && best.update() != journal.lastUpdate()) {
      notes.add("the saved model is that after %d".formatted(best.update()));
    }
    return new Fact(
        "Training steps", String.valueOf(journal.lastUpdate()), String.join("; ", notes));
  }

  private static List<String> unchecked(RunContents run) {
    List<String> unchecked = new ArrayList<>();
    AuditSummary audit = run.audit();
    if (audit == null) {
      unchecked.add(
          "Attacks: whether it comes back when the model is trained a little further, stored with fewer bits, or asked many times (engram audit finds out).");
    } else {
      audit
          .notChecked()
          .forEach(
              not -> unchecked.add("The attack %s, which %s.".formatted(not.attack(), not.why())));
    }
    unchecked.add(
        "Other wordings: the same asked in other words, in another language or in a longer talk, and what follows from the requests without being one.");
    if (run.recipe().get("retain.data", "").endsWith(ForgetPlan.GENERAL)) {
      unchecked.add(
          "What your model is for: no samples to keep were given, so general questions stood in. They show no damage to what this model was made for, nor to what is close to the requests. Give your own with --keep.");
    }
    unchecked.add(
        "Other copies: earlier versions of the model, models trained from it, and the data they were trained on.");
    return unchecked;
  }
}
