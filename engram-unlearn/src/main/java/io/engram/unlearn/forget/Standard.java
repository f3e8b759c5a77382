package io.engram.unlearn.forget;

import io.engram.core.run.ForgetPlan;
import io.engram.core.run.VerdictRow;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import io.engram.unlearn.eval.memorization.NeverSeen;
import java.util.ArrayList;
import java.util.List;

/**
 * What requests are compared with: samples of the same kind that a model has never seen. A request
 * is known if at least two of four measures are above the controls' 95th percentile, not known if
 * none is, and undecided in between or with fewer than 20 controls.
 *
 * @param origin where the controls come from
 * @param range of the measures that one pass shows
 * @param recall 95th percentile of the ROUGE-L recall of the model's own answers; NaN without
 *     questions
 * @param ownRecall that of each request under a model that never saw it; empty otherwise
 */
record Standard(Origin origin, NeverSeen range, double recall, List<Double> ownRecall) {
  /** Measures that must be above the range for a request to be known. */
  private static final int KNOWN = 2;

  Standard {
    ownRecall = List.copyOf(ownRecall);
  }

  /** Where controls come from. */
  enum Origin {
    /** The user's samples. */
    GIVEN("given"),
    /** The requests under a model that never saw them. */
    RETRAINED("retrained"),
    /** Made from the requests. */
    MADE("made");

    private final String key;

    Origin(String key) {
      this.key = key;
    }

    /** The word in files. */
    String key() {
      return key;
    }
  }

  /**
   * From how well a model knows controls.
   *
   * @param more other samples that a retrained model never saw, where the requests are few
   */
  static Standard of(Origin origin, List<Probe> controls, List<Probe> more) {
    List<Probe> all = new ArrayList<>(controls);
    all.addAll(more);
    List<Knowledge> known = controls.stream().map(Probe::knowledge).toList();
    double[] recalls =
        all.stream().mapToDouble(Probe::recall).filter(r -> !Double.isNaN(r)).toArray();
    boolean own = origin == Origin.RETRAINED;
    return new Standard(
        origin,
        own
            ? NeverSeen.ofRetrained(known, more.stream().map(Probe::knowledge).toList())
            : NeverSeen.ofControls(known),
        recalls.length == 0 ? Double.NaN : NeverSeen.percentile(recalls),
        own ? controls.stream().map(Probe::recall).toList() : List.of());
  }

  /** The measures by which a request is known better than a sample never seen, by their keys. */
  List<String> above(int request, Probe probe) {
    List<String> above = new ArrayList<>();
    range.above(request, probe.knowledge()).forEach(measure -> above.add(measure.key()));
    double limit = ownRecall.isEmpty() ? recall : Math.max(recall, ownRecall.get(request));
    if (probe.recall() > limit) {
      above.add(Probe.RECALL);
    }
    return above;
  }

  /** {@code known}, {@code not_known} or {@code undecided}. */
  String known(List<String> above) {
    if (!range.decides()) {
      return VerdictRow.UNDECIDED;
    }
    return above.isEmpty()
        ? "not_known"
        : above.size() >= KNOWN ? VerdictRow.KNOWN : VerdictRow.UNDECIDED;
  }

  /**
   * The verdict on a request.
   *
   * @param knownBefore as {@link #known} said before
   * @param above measures above the range now
   */
  String verdict(String knownBefore, List<String> above) {
    if (!range.decides()) {
      return VerdictRow.UNDECIDED;
    }
    if (knownBefore.equals("not_known")) {
      return VerdictRow.NOT_KNOWN_BEFORE;
    }
    String now = known(above);
    return now.equals("not_known") ? VerdictRow.FORGOTTEN : now;
  }

  /** In the form of files. */
  ForgetPlan.Controls controls() {
    return new ForgetPlan.Controls(origin.key(), range.n(), limits());
  }

  VerdictRow.Values limits() {
    Knowledge upper = range.upper();
    return new VerdictRow.Values(
        Measure.LOG_PROB.of(upper),
        Measure.MEMORIZATION.of(upper),
        Measure.STRENGTH.of(upper),
        Double.isNaN(recall) ? null : recall,
        null);
  }
}
