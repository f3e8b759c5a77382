package io.engram.report.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
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
 * @param checks what a stopping rule found of the samples, by update; empty if it checks none
 * @param keeps the loss on samples to keep, by update; empty if it was not measured
 * @param best the state whose weights the run left; null if that is the last
 */
public record JournalView(
    List<Update> updates,
    List<Refresh> refreshes,
    List<String> notes,
    double seconds,
    boolean resumed,
    double evaluationSeconds,
    String stopReason,
    String failure,
    List<Check> checks,
    List<Keep> keeps,
    @Nullable Best best) {
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

  /**
   * What a stopping rule found after an update.
   *
   * @param update counted from 1; 0: before the first
   * @param samples samples to forget
   * @param forgotten how many are forgotten
   * @param drawnFrom how many the next updates draw from
   */
  public record Check(int update, int samples, int forgotten, int drawnFrom) {}

  /**
   * The loss on samples to keep that are not trained on, nats a token.
   *
   * @param update as in {@link Check}
   * @param samples how many were measured
   * @param start the loss before the first update
   * @param bound how far it may rise; NaN: no bound
   * @param lambda what the bound adds to the weight of the retain loss; NaN: no bound
   */
  public record Keep(
      int update, int samples, double loss, double start, double bound, double lambda) {
    /** How far the loss has risen. */
    public double rise() {
      return loss - start;
    }
  }

  /**
   * The best state that a check saw.
   *
   * @param left samples that were not forgotten
   * @param keepLoss loss on samples to keep, nats a token; NaN if it was not measured
   */
  public record Best(int update, int left, double keepLoss) {}

  /** Sorts a journal's events into what the report shows. Unknown events are skipped. */
  static final class JournalReader {
    private JournalReader() {}

    static JournalView view(List<JsonNode> events) {
      // A resumed run repeats the updates after its checkpoint, so the later line counts.
      Map<Integer, Update> updates = new TreeMap<>();
      Map<Integer, Refresh> refreshes = new TreeMap<>();
      Map<Integer, Check> checks = new TreeMap<>();
      Map<Integer, Keep> keeps = new TreeMap<>();
      Best best = null;
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
          case "check" -> checks.put((int) number(event, "update"), check(event));
          case "keep" -> keeps.put((int) number(event, "update"), keep(event));
          case "best" ->
              best =
                  new Best(
                      (int) number(event, "update"),
                      (int) number(event, "left"),
                      number(event, "keep_loss"));
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
          failure,
          List.copyOf(checks.values()),
          List.copyOf(keeps.values()),
          best);
    }

    private static Check check(JsonNode event) {
      return new Check(
          (int) number(event, "update"),
          (int) number(event, "samples"),
          (int) number(event, "forgotten"),
          (int) number(event, "drawn_from"));
    }

    private static Keep keep(JsonNode event) {
      return new Keep(
          (int) number(event, "update"),
          (int) number(event, "samples"),
          number(event, "loss"),
          number(event, "start"),
          number(event, "bound"),
          number(event, "lambda"));
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
