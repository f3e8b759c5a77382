package io.engram.unlearn.eval.memorization;

import io.engram.unlearn.eval.memorization.Knowledge.Measure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How well a model knows samples that it has never seen: the range that a forgotten sample has to
 * come back to. A measure is inside the range if it is at most the 95th percentile of the controls,
 * taken so that a new sample that was never seen is inside with a probability of at least 0.95: the
 * k-th smallest of n values, k = ⌈0.95 (n + 1)⌉.
 *
 * <p>The controls are samples of the same kind under the model before the run, or the requests
 * themselves under a model that never saw them. In the second case each request may also be as well
 * known as it is to that model.
 *
 * @param n number of controls
 * @param upper 95th percentile of each measure
 * @param own the requests under the model that never saw them; empty if the controls are other
 *     samples
 */
public record NeverSeen(int n, Knowledge upper, List<Knowledge> own) {
  /** The fewest controls from which a 95th percentile can be taken. */
  public static final int FEWEST = 20;

  private static final double SHARE = 0.95;
  private static final double INFINITE = Double.POSITIVE_INFINITY;
  private static final double ROUNDING = 1e-9;
  private static final Knowledge NOTHING = new Knowledge(-INFINITE, -INFINITE, -INFINITE, 0);

  /** Copies the list. */
  public NeverSeen {
    own = List.copyOf(own);
  }

  /**
   * The range of other samples that the model never saw; with fewer than {@link #FEWEST}, which
   * decide nothing, up to their maximum.
   */
  public static NeverSeen ofControls(List<Knowledge> controls) {
    return new NeverSeen(controls.size(), upper(controls), List.of());
  }

  /**
   * The range of the requests under a model that never saw them.
   *
   * @param more other samples that it never saw, where the requests are too few for a percentile
   */
  public static NeverSeen ofRetrained(List<Knowledge> requests, List<Knowledge> more) {
    List<Knowledge> all = new ArrayList<>(requests);
    all.addAll(more);
    return new NeverSeen(all.size(), upper(all), requests);
  }

  private static Knowledge upper(List<Knowledge> controls) {
    return new Knowledge(
        upper(controls, Measure.LOG_PROB),
        upper(controls, Measure.MEMORIZATION),
        upper(controls, Measure.STRENGTH),
        0);
  }

  private static double upper(List<Knowledge> controls, Measure measure) {
    return percentile(controls.stream().mapToDouble(measure::of).toArray());
  }

  /** The k-th smallest value, k = ⌈0.95 (n + 1)⌉, or the largest if there are fewer. */
  public static double percentile(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int k = (int) Math.ceil(SHARE * (sorted.length + 1) - 1e-9);
    return sorted[Math.min(k, sorted.length) - 1];
  }

  /** Whether there are enough controls to judge a request by. */
  public boolean decides() {
    return n >= FEWEST || !own.isEmpty();
  }

  /** The largest value of a measure with which this request counts as not known. */
  public double limit(Measure measure, int request) {
    double all = measure.of(upper);
    return own.isEmpty() ? all : Math.max(all, measure.of(own.get(request)));
  }

  /**
   * The same for an answer of this many tokens. ES is at least 1/n for n tokens, so an answer of
   * which no more than the last token is completed is inside whatever the limit.
   */
  public double limit(Measure measure, int request, int tokens) {
    double floor = measure == Measure.STRENGTH ? 1.0 / tokens + ROUNDING : -INFINITE;
    return Math.max(floor, limit(measure, request));
  }

  /**
   * The range with the log-probability's limit lowered. Requests that are inside the range as it is
   * keep their limits: there is nothing to forget in them.
   *
   * @param margin nats a token
   * @param now how well the requests are known
   */
  public NeverSeen deeper(double margin, List<Knowledge> now) {
    List<Knowledge> limits = new ArrayList<>();
    for (int i = 0; i < now.size(); i++) {
      Knowledge own = this.own.isEmpty() ? NOTHING : this.own.get(i);
      limits.add(
          isInside(i, now.get(i))
              ? new Knowledge(
                  limit(Measure.LOG_PROB, i),
                  limit(Measure.MEMORIZATION, i),
                  limit(Measure.STRENGTH, i),
                  0)
              : new Knowledge(own.logProb() - margin, own.memorization(), own.strength(), 0));
    }
    Knowledge lower =
        new Knowledge(upper.logProb() - margin, upper.memorization(), upper.strength(), 0);
    return new NeverSeen(n, lower, limits);
  }

  /** The measures by which a request is known better than a sample that was never seen. */
  public List<Measure> above(int request, Knowledge knowledge) {
    List<Measure> above = new ArrayList<>();
    for (Measure measure : Measure.values()) {
      if (measure.of(knowledge) > limit(measure, request, knowledge.tokens())) {
        above.add(measure);
      }
    }
    return above;
  }

  /** Whether no measure is above the range. */
  public boolean isInside(int request, Knowledge knowledge) {
    return above(request, knowledge).isEmpty();
  }
}
