package io.engram.report.run;

import java.util.List;

/**
 * What the report takes from a run's journal.
 *
 * @param notes free text that the run left for its reader
 * @param seconds the whole run by its own clock; NaN when it never said so
 * @param resumed whether it was taken up again, so that {@code seconds} is only its last part
 * @param evaluationSeconds time spent evaluating
 * @param stopReason why it ended; empty while it has not
 * @param failure the message of a failed run, else empty
 */
public record JournalView(
    List<Update> updates,
    List<Refresh> refreshes,
    List<String> notes,
    double seconds,
    boolean resumed,
    double evaluationSeconds,
    String stopReason,
    String failure) {
  /** Seconds of all but the evaluations; NaN where the run never said so or was taken up again. */
  public double workSeconds() {
    return resumed ? Double.NaN : seconds - evaluationSeconds;
  }

  /** Perturbed passes of all refreshes. */
  public long passes() {
    return refreshes.stream().mapToLong(Refresh::passes).sum();
  }

  /** Seconds of all refreshes. */
  public double refreshSeconds() {
    return refreshes.stream().mapToDouble(Refresh::seconds).filter(Double::isFinite).sum();
  }

  /** The last update's number, 0 before the first. */
  public int lastUpdate() {
    return updates.isEmpty() ? 0 : updates.get(updates.size() - 1).update();
  }
}
