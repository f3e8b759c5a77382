package io.engram.report.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * What the report reads from a run's journal.
 *
 * @param notes free text that the run left for its reader
 * @param seconds the whole run by its own clock; NaN if not recorded
 * @param resumed whether it was resumed, so that {@code seconds} covers only its last part
 * @param evaluationSeconds time spent evaluating
 * @param stopReason why it ended; empty if it hasn't
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
  /** Seconds without the evaluations; NaN if not recorded, or if the run was resumed. */
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

  /**
   * One optimizer step in the journal. Losses as the method defines them (nats); a part that the
   * method doesn't have is NaN.
   *
   * @param update counted from 1
   */
  public record Update(
      int update,
      double epoch,
      double loss,
      double forgetLoss,
      double retainLoss,
      double gradientNorm,
      double learningRate) {}

  /**
   * One computation of MRD for the whole forget set.
   *
   * @param passes perturbed forward passes over the set
   */
  public record Refresh(int epoch, long passes, double seconds) {}

  /** Sorts a journal's events into what the report shows. Unknown events are skipped. */
  static final class JournalReader {
    private JournalReader() {}

    static JournalView view(List<JsonNode> events) {
      // A resumed run repeats the updates after its checkpoint, so the later line counts.
      Map<Integer, Update> updates = new TreeMap<>();
      Map<Integer, Refresh> refreshes = new TreeMap<>();
      List<String> notes = new ArrayList<>();
      double seconds = Double.NaN;
      double evaluation = 0;
      boolean resumed = false;
      String stop = "";
      String failure = "";
      for (JsonNode event : events) {
        switch (text(event, "event")) {
          case "update" -> updates.put((int) number(event, "update"), update(event));
          case "refresh" -> refreshes.put((int) number(event, "epoch"), refresh(event));
          case "note" -> notes.add(text(event, "text"));
          case "evaluation" -> evaluation += finite(number(event, "seconds"));
          case "resume" -> resumed = true;
          case "failure" -> failure = text(event, "message");
          case "stop" -> {
            stop = text(event, "reason");
            seconds = number(event, "seconds");
          }
          default -> {}
        }
      }
      return new JournalView(
          List.copyOf(updates.values()),
          List.copyOf(refreshes.values()),
          notes.stream().distinct().toList(),
          seconds,
          resumed,
          evaluation,
          stop,
          failure);
    }

    private static Update update(JsonNode event) {
      return new Update(
          (int) number(event, "update"),
          number(event, "epoch"),
          number(event, "loss"),
          number(event, "forget_loss"),
          number(event, "retain_loss"),
          number(event, "gradient_norm"),
          number(event, "learning_rate"));
    }

    private static Refresh refresh(JsonNode event) {
      return new Refresh(
          (int) number(event, "epoch"),
          (long) finite(number(event, "passes")),
          number(event, "seconds"));
    }

    private static double finite(double value) {
      return Double.isFinite(value) ? value : 0;
    }

    private static double number(JsonNode event, String field) {
      JsonNode value = event.path(field);
      return value.isNumber() ? value.doubleValue() : Double.NaN;
    }

    private static String text(JsonNode event, String field) {
      return event.path(field).asString("");
    }
  }
}
