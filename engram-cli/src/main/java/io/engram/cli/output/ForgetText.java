package io.engram.cli.output;

import io.engram.core.run.ForgetPlan;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.VerdictRow;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/** A plan and its verdicts in words. */
public final class ForgetText {
  private static final int SHOWN = 10;
  private static final int ANSWER_WIDTH = 60;

  /** The order in which verdicts are listed: what needs attention first. */
  static final List<String> ORDER =
      List.of(
          VerdictRow.KNOWN,
          VerdictRow.HIDDEN,
          VerdictRow.UNDECIDED,
          VerdictRow.OVER_FORGOTTEN,
          VerdictRow.FORGOTTEN,
          VerdictRow.NOT_KNOWN_BEFORE);

  /** The verdicts in words. */
  static final Map<String, String> WORDS =
      Map.of(
          VerdictRow.KNOWN, "still known",
          VerdictRow.HIDDEN, "hidden",
          VerdictRow.OVER_FORGOTTEN, "forgotten so far that it shows",
          VerdictRow.UNDECIDED, "undecided",
          VerdictRow.FORGOTTEN, "forgotten",
          VerdictRow.NOT_KNOWN_BEFORE, "not known before");

  private ForgetText() {}

  /** A plan as one JSON object. */
  public static Map<String, Object> json(ForgetPlan plan) {
    return JsonFiles.mapper().convertValue(plan, new TypeReference<Map<String, Object>>() {});
  }

  /** What the run will take. */
  public static String plan(ForgetPlan plan) {
    List<String> lines = new ArrayList<>();
    ForgetPlan.Updates updates = plan.updates();
    Double median = updates.median();
    lines.add(
        "Plan: "
            + (median == null
                ? "more than %d updates".formatted(plan.budget())
                : "%.0f updates (%.0f to %.0f) until all are forgotten"
                    .formatted(median, updates.low(), updates.high()))
            + ", about "
            + time(plan.seconds())
            + ", at most %s of memory".formatted(bytes(plan.peakBytes()))
            + (plan.cost() == null ? "" : ", cost %.2f".formatted(plan.cost()))
            + "; ends after %d updates in any case".formatted(plan.budget()));
    lines.add(
        "  learning rate %s%s"
            .formatted(
                NumberText.plain(plan.learningRate()),
                plan.learningRateFound() ? ", found by rehearsing" : ""));
    if (plan.otherWords() != null) {
      lines.add(
          "  an answer's other words count %s times as much as its fact"
              .formatted(NumberText.plain(plan.otherWords())));
    }
    ForgetPlan.KeepLoss keep = plan.keepLoss();
    if (keep.samples() > 0) {
      lines.add(
          "  samples to keep: loss %s → %s nats a token (forecast over %d of them)"
              .formatted(
                  NumberText.plain(keep.before()),
                  NumberText.plain(keep.forecast()),
                  keep.samples()));
      lines.add(
          "  most at risk: "
              + plan.keepAtRisk().stream()
                  .limit(3)
                  .map(
                      r ->
                          "%s (%s → %s)"
                              .formatted(
                                  r.id(),
                                  NumberText.plain(r.lossBefore()),
                                  NumberText.plain(r.lossForecast())))
                  .collect(Collectors.joining(", ")));
    }
    String resisting =
        plan.samples().stream()
            .filter(s -> s.updates() == null || s.updates() > 0)
            .sorted(Comparator.comparing(s -> s.updates() == null ? -1e9 : -s.updates()))
            .limit(3)
            .map(
                s ->
                    s.id()
                        + " ("
                        + (s.updates() == null
                            ? "more than the budget"
                            : "%.0f updates".formatted(s.updates()))
                        + ")")
            .collect(Collectors.joining(", "));
    if (!resisting.isEmpty()) {
      lines.add("  will resist longest: " + resisting);
    }
    return String.join("\n", lines);
  }

  /**
   * What came of it.
   *
   * @param keptLost samples to keep whose answer the model no longer gives
   * @param journal the run's events; empty if nothing was run
   */
  public static String verdicts(
      ForgetPlan plan, List<VerdictRow> verdicts, List<String> keptLost, List<JsonNode> journal) {
    List<String> lines = new ArrayList<>();
    lines.add(table(verdicts));
    lines.add("");
    lines.add(summary(verdicts));
    lines.addAll(run(plan, verdicts, keptLost, journal));
    return String.join("\n", lines);
  }

  private static String table(List<VerdictRow> verdicts) {
    Table table =
        new Table(
            "request",
            "verdict",
            "extraction strength",
            "log-prob. a token",
            "exact memorization",
            "answer now");
    List<VerdictRow> sorted =
        verdicts.stream().sorted(Comparator.comparing(v -> ORDER.indexOf(v.verdict()))).toList();
    sorted.stream()
        .limit(SHOWN)
        .forEach(
            v ->
                table.row(
                    v.id(),
                    Objects.requireNonNull(WORDS.get(v.verdict())),
                    change(v.before().extractionStrength(), v.after().extractionStrength(), "%.2f"),
                    change(v.before().logProb(), v.after().logProb(), "%.2f"),
                    change(v.before().exactMemorization(), v.after().exactMemorization(), "%.2f"),
                    v.after().answer() == null
                        ? ""
                        : DifficultyText.excerpt(v.after().answer(), ANSWER_WIDTH)));
    String more =
        sorted.size() > SHOWN
            ? "\n… and %d more in verdicts.jsonl".formatted(sorted.size() - SHOWN)
            : "";
    VerdictRow.Values limits = verdicts.get(0).limits();
    return table
        + more
        + "\nLimits, the 95th percentile of samples never seen: extraction strength %.2f, log-probability %.2f, exact memorization %.2f"
            .formatted(limits.extractionStrength(), limits.logProb(), limits.exactMemorization())
            .replace(" -", " −");
  }

  private static String change(double before, double after, String format) {
    return format.formatted(before).replace('-', '−')
        + " → "
        + format.formatted(after).replace('-', '−');
  }

  private static String summary(List<VerdictRow> verdicts) {
    long known = verdicts.stream().filter(v -> v.knownBefore().equals(VerdictRow.KNOWN)).count();
    List<String> parts = new ArrayList<>();
    for (String verdict : ORDER) {
      long count = verdicts.stream().filter(v -> v.verdict().equals(verdict)).count();
      if (count > 0) {
        parts.add(count + " " + WORDS.get(verdict));
      }
    }
    long told = verdicts.stream().filter(VerdictRow::isOnlyTold).count();
    return "Verdict: %s. The model knew %d of %d requests."
            .formatted(String.join(", ", parts), known, verdicts.size())
        + (told == 0
            ? ""
            : "\n%d of them it no longer knows word for word, but its own answer still gives the fact away."
                .formatted(told));
  }

  private static List<String> run(
      ForgetPlan plan, List<VerdictRow> verdicts, List<String> keptLost, List<JsonNode> journal) {
    List<String> lines = new ArrayList<>();
    JsonNode keep = last(journal, "keep");
    JsonNode best = last(journal, "best");
    JsonNode stop = last(journal, "stop");
    boolean stillKnown = verdicts.stream().anyMatch(v -> v.verdict().equals(VerdictRow.KNOWN));
    if (keep != null) {
      double loss =
          best == null
              ? JsonFiles.number(keep.path("loss"))
              : JsonFiles.number(best.path("keep_loss"));
      double rise = loss - JsonFiles.number(keep.path("start"));
      double bound = keep.path("bound").asDouble(Double.NaN);
      lines.add(
          "Samples to keep: loss %.3f → %.3f nats a token (%s by %.3f%s), over %d that were not trained on."
              .formatted(
                  JsonFiles.number(keep.path("start")),
                  loss,
                  rise < 0 ? "fell" : "rose",
                  Math.abs(rise),
                  Double.isNaN(bound) ? "" : "; bound %.3f".formatted(bound),
                  keep.path("samples").asInt(0)));
    }
    List<String> answered = plan.keepLoss().answered();
    if (answered != null && !answered.isEmpty() && stop != null) {
      lines.add(
          "  Of %d whose answer the model gave before, it still gives %d%s."
              .formatted(
                  answered.size(),
                  answered.size() - keptLost.size(),
                  keptLost.isEmpty()
                      ? ""
                      : "; no longer "
                          + String.join(", ", keptLost.subList(0, Math.min(5, keptLost.size())))
                          + (keptLost.size() > 5 ? ", …" : "")));
    }
    if (stop != null) {
      int made = stop.path("updates").asInt(0);
      Double median = plan.updates().median();
      lines.add(
          "Plan and run: %s updates planned, %d made%s."
              .formatted(
                  median == null
                      ? "more than " + plan.budget()
                      : "%.0f (%.0f to %.0f)"
                          .formatted(median, plan.updates().low(), plan.updates().high()),
                  made,
                  best == null ? "" : ", the model is that after " + best.path("update").asInt(0)));
    }
    if (stillKnown && keep != null) {
      boolean over =
          JsonFiles.number(keep.path("loss")) - JsonFiles.number(keep.path("start"))
              > keep.path("bound").asDouble(Double.POSITIVE_INFINITY);
      lines.add(
          over
              ? "Forgetting the rest would cost the samples to keep more than the bound allows: a rise of %.3f at the last update. Give more samples to keep (--keep), or allow more (--keep-loss)."
                  .formatted(
                      JsonFiles.number(keep.path("loss")) - JsonFiles.number(keep.path("start")))
              : "The budget of %d updates was too small for the rest: give budget.updates=N."
                  .formatted(plan.budget()));
    }
    return lines;
  }

  private static @Nullable JsonNode last(List<JsonNode> journal, String event) {
    return journal.stream()
        .filter(e -> e.path("event").asString("").equals(event))
        .reduce((a, b) -> b)
        .orElse(null);
  }

  private static String time(double seconds) {
    return seconds < 90 ? "%.0f s".formatted(seconds) : "%.0f min".formatted(seconds / 60);
  }

  private static String bytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }
}
