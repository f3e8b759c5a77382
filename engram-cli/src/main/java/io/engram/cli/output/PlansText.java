package io.engram.cli.output;

import io.engram.core.text.NumberText;
import io.engram.report.compare.PlanAccuracy;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Plans against the runs that followed: a line per run, then all runs together. */
public final class PlansText {
  private PlansText() {}

  /** The two tables and what their numbers are. */
  public static String of(PlanAccuracy plans) {
    List<String> parts = new ArrayList<>();
    if (!plans.runs().isEmpty()) {
      parts.add(runs(plans.runs()).toString());
    }
    parts.add(all(plans) + "\n" + legend(plans));
    return String.join("\n\n", parts);
  }

  private static Table runs(List<PlanAccuracy.Run> runs) {
    Table table =
        new Table(
            "run", "planned updates", "needed", "held", "error", "requests", "ρ", "keep loss");
    for (PlanAccuracy.Run run : runs) {
      Boolean held = run.held();
      table.row(
          run.run(),
          run.median() == null && run.low() == null
              ? "more than seen"
              : "%s (%s to %s)"
                  .formatted(updates(run.median()), updates(run.low()), updates(run.high())),
          (run.endedByBudget() ? "> " : "") + run.updates(),
          held == null ? "open" : held ? "yes" : "no",
          percent(run.relativeError()),
          Integer.toString(run.requests()),
          fixed(run.rankCorrelation(), "%.2f"),
          fixed(run.keepRiseForecast(), "%+.4f") + " → " + fixed(run.keepRise(), "%+.4f"));
    }
    return table;
  }

  private static String updates(@Nullable Double updates) {
    return updates == null ? "?" : String.format(Locale.ROOT, "%.0f", updates);
  }

  private static Table all(PlanAccuracy plans) {
    Table table = new Table("all runs", "value", "± SE", "n");
    PlanAccuracy.Share held = plans.intervalHeld();
    table.row(
        "interval held the updates needed",
        held.share() == null ? "-" : percent(held.share()),
        percent(held.standardError()),
        Integer.toString(held.n()));
    PlanAccuracy.MedianOf error = plans.relativeError();
    table.row(
        "error of the updates, median",
        percent(error.median()),
        error.low() == null
            ? "-"
            : "[%s, %s]".formatted(percent(error.low()), percent(error.high())),
        Integer.toString(error.n()));
    PlanAccuracy.MeanOf rho = plans.rankCorrelation();
    table.row(
        "ρ per request, mean",
        fixed(rho.mean(), "%.3f"),
        error(rho.standardError()),
        Integer.toString(rho.n()));
    PlanAccuracy.MeanOf keep = plans.keepLossError();
    table.row(
        "keep loss, measured less forecast, nats a token",
        fixed(keep.mean(), "%+.4f"),
        error(keep.standardError()),
        Integer.toString(keep.n()));
    return table;
  }

  private static String legend(PlanAccuracy plans) {
    List<String> lines = new ArrayList<>();
    if (plans.endedByBudget() > 0) {
      lines.add(
          "%d of %d ended by their budget: they need more updates than they made, so they have no error, and the interval counts only where that decides it."
              .formatted(plans.endedByBudget(), plans.runs().size()));
    }
    if (!plans.unfinished().isEmpty()) {
      lines.add("Left out, not finished: " + String.join(", ", plans.unfinished()) + ".");
    }
    lines.add(
        "Error: |planned − needed| / needed, in brackets the median's 95 % bootstrap interval. ρ: Spearman's, between the updates planned for each request and those it took; requests not forgotten rank last. Keep loss: planned and measured rise, nats a token, not over the same samples.");
    return String.join("\n", lines);
  }

  private static String percent(@Nullable Double share) {
    return fixed(share == null ? null : Double.valueOf(100 * share), "%.0f %%");
  }

  private static String error(@Nullable Double error) {
    return error == null ? "-" : NumberText.plainError(error);
  }

  private static String fixed(@Nullable Double value, String format) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }
}
