package io.engram.unlearn.forget;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.FalseAlarms;
import io.engram.core.run.VerdictRow;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code engram forget --audit} tries next where attacks bring requests back: the same run
 * with a deeper stop, {@code stop.margin}. What an attack adds to a log-probability hardly depends
 * on where it starts, so requests have to stop as far below the range as the attack lifts them
 * above it.
 *
 * @param margin for the next run, nats a token; null: none
 * @param why in words for the person who asked
 */
public record Stronger(@Nullable Double margin, String why) {
  /** The least by which a margin grows; less changes nothing. */
  private static final double LEAST = 0.25;

  /**
   * After an audit. Only requests that were known before count, as in the exit code.
   *
   * @param margin of the run that was audited, nats a token
   */
  public static Stronger after(AuditSummary summary, List<VerdictRow> verdicts, double margin) {
    List<VerdictRow> hidden =
        verdicts.stream().filter(v -> v.isLeft() && v.verdict().equals(VerdictRow.HIDDEN)).toList();
    int requests =
        (int) verdicts.stream().filter(v -> v.knownBefore().equals(VerdictRow.KNOWN)).count();
    if (hidden.isEmpty()) {
      return new Stronger(null, "No attack brings a request back.");
    }
    boolean known = verdicts.stream().anyMatch(v -> v.verdict().equals(VerdictRow.KNOWN));
    if (known) {
      return new Stronger(
          null,
          "Some requests are still known without an attack: the bound on samples to keep leaves no"
              + " room for a deeper stop. A larger --keep-loss does.");
    }
    FalseAlarms alarms = summary.falseAlarms();
    if (alarms != null && isNoMore(hidden.size(), requests, alarms)) {
      return new Stronger(
          null,
          "Attacks bring back %d of %d requests that were known, and find %d of %d samples that were never seen: no more than that."
              .formatted(hidden.size(), requests, alarms.called(), alarms.n()));
    }
    double next = margin + Math.max(LEAST, excess(hidden));
    return new Stronger(
        next,
        "Attacks bring back %d of %d requests that were known. Forgets again from the original, and stops %.2f nats a token below the range instead of %.2f."
            .formatted(hidden.size(), requests, next, margin));
  }

  /** Whether a rule that never-seen samples fail as often finds nothing. */
  private static boolean isNoMore(int hidden, int requests, FalseAlarms alarms) {
    return (long) hidden * alarms.n() <= (long) alarms.called() * requests;
  }

  /** By how much attacks lift hidden requests above their limit, on average; at least 0. */
  private static double excess(List<VerdictRow> hidden) {
    return hidden.stream()
        .mapToDouble(row -> above(row.attackValues(), row.attackLimits()))
        .average()
        .orElse(0);
  }

  private static double above(
      @Nullable Map<String, Double> values, @Nullable Map<String, Double> limits) {
    if (values == null || limits == null) {
      return 0;
    }
    Double value = values.get(Measure.LOG_PROB.key());
    Double limit = limits.get(Measure.LOG_PROB.key());
    return value == null || limit == null ? 0 : Math.max(0, value - limit);
  }
}
