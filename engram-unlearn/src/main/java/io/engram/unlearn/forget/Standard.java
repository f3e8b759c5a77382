package io.engram.unlearn.forget;

import io.engram.core.metric.FactRecall;
import io.engram.core.run.ForgetPlan;
import io.engram.core.run.VerdictRow;
import io.engram.unlearn.eval.memorization.Knowledge;
import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import io.engram.unlearn.eval.memorization.NeverSeen;
import java.util.ArrayList;
import java.util.List;

/**
 * What requests are compared with: samples of the same kind that a model has never seen. A request
 * is known if at least two of four measures are above the controls' 95th percentile, or if the
 * model's own answer gives away the whole fact and is above; not known if none is above; undecided
 * in between or with fewer than 20 controls.
 *
 * @param origin where the controls come from
 * @param range of the measures that one pass shows
 * @param fact 95th percentile of how much of the fact the model's own answers give away; NaN
 *     without questions
 * @param ownFact that of each request under a model that never saw it; empty otherwise
 */
record Standard(Origin origin, NeverSeen range, double fact, List<Double> ownFact) {
  /** Measures that must be above the range for a request to be known. */
  private static final int KNOWN = 2;

  Standard {
    ownFact = List.copyOf(ownFact);
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
    double[] facts = all.stream().mapToDouble(Probe::fact).filter(f -> !Double.isNaN(f)).toArray();
    boolean own = origin == Origin.RETRAINED;
    return new Standard(
        origin,
        own
            ? NeverSeen.ofRetrained(known, more.stream().map(Probe::knowledge).toList())
            : NeverSeen.ofControls(known),
        facts.length == 0 ? Double.NaN : NeverSeen.percentile(facts),
        own ? controls.stream().map(Probe::fact).toList() : List.of());
  }

  /**
   * Whether the model gives so many controls word for word that their 95th percentile is 1, so that
   * no request can be above it.
   */
  boolean hasKnownControls() {
    return range.decides() && range.upper().memorization() == 1;
  }

  /** The measures by which a request is known better than a sample never seen, by their keys. */
  List<String> above(int request, Probe probe) {
    List<String> above = new ArrayList<>();
    range.above(request, probe.knowledge()).forEach(measure -> above.add(measure.key()));
    double own = ownFact.isEmpty() ? Double.NaN : ownFact.get(request);
    if (probe.fact() > (own > fact ? own : fact)) {
      above.add(FactRecall.NAME);
    }
    return above;
  }

  /**
   * {@code known}, {@code not_known} or {@code undecided}.
   *
   * @param above of this probe's request
   */
  String known(Probe probe, List<String> above) {
    if (!range.decides()) {
      return VerdictRow.UNDECIDED;
    }
    if (above.isEmpty()) {
      return "not_known";
    }
    boolean told = probe.givesFact() && above.contains(FactRecall.NAME);
    return told || above.size() >= KNOWN ? VerdictRow.KNOWN : VerdictRow.UNDECIDED;
  }

  /**
   * The verdict on a request.
   *
   * @param knownBefore as {@link #known} said before
   * @param above measures above the range now
   */
  String verdict(String knownBefore, Probe now, List<String> above) {
    if (!range.decides()) {
      return VerdictRow.UNDECIDED;
    }
    if (knownBefore.equals("not_known")) {
      return VerdictRow.NOT_KNOWN_BEFORE;
    }
    String known = known(now, above);
    return known.equals("not_known") ? VerdictRow.FORGOTTEN : known;
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
        null,
        Double.isNaN(fact) ? null : fact,
        null);
  }
}
