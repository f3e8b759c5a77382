package io.engram.unlearn.run;

import io.engram.model.train.OptimizerSettings;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Says in the first checks of a run that its learning rate is far too low or too high, and which to
 * try. It says so once.
 *
 * <p>The way of a run is measured in log-odds: {@code m(L) = log(e^L − 1)} of the requests' mean
 * loss L grows about evenly with the sum of the learning rates, from its start to its limit. So the
 * share of the way, over the share of the schedule's rates that it took, is where the budget would
 * end. A run should get there in half its budget.
 *
 * <ul>
 *   <li>Too low: the budget would end before a third of the way, and the samples to keep are within
 *       their bound. It is judged from the third check on; where a check measures MA, which doesn't
 *       move at first, from a quarter of the budget on.
 *   <li>Too high: the loss on samples to keep has risen ten times as far as it may, or twice as far
 *       and the budget would end after eight times the way, or the requests' loss has risen three
 *       times as far as it has to.
 * </ul>
 *
 * <p><b>Source:</b> ours; for the log-odds see {@link
 * io.engram.unlearn.difficulty.UpdatesPredictor}.
 */
final class RateAdvice {
  private static final double TOO_SHORT = 1.0 / 3;
  private static final double TOO_FAR = 3;
  private static final double RUNS_AWAY = 10;
  private static final double HARM = 2;
  private static final double TOO_FAST = 8;

  /** How far a run should get at the end of its budget, as a multiple of the way. */
  private static final double RIGHT = 2;

  private static final double MOST_CHANGE = 10;
  private static final double LEAST_CHANGE = 2;

  /** After this share of a run it is no longer in its beginning. */
  private static final double BEGINNING = 0.5;

  private static final int LOOKS = 3;
  private static final double SHARE = 0.25;

  private final OptimizerSettings optimizer;
  private final int updates;
  private final double whole;
  private double travelled;
  private int made;
  private int looks;
  private boolean isSaid;

  /**
   * For a run from its start.
   *
   * @param updates that its budget allows
   */
  RateAdvice(OptimizerSettings optimizer, int updates) {
    this.optimizer = optimizer;
    this.updates = updates;
    this.whole =
        IntStream.range(0, updates).mapToDouble(u -> optimizer.learningRate(u, updates)).sum();
  }

  /** Counts an update with this learning rate. */
  void made(double rate) {
    travelled += rate;
    made++;
  }

  /**
   * Judges after a check.
   *
   * @param first the check before the first update
   * @param now this check
   * @param keepRise by how much the loss on samples to keep has risen, nats a token; NaN: unknown
   * @param keepBound by how much it may rise
   * @return the warning, the first time that there is one
   */
  Optional<String> look(
      SampleChecks.First first, SampleChecks.Found now, double keepRise, double keepBound) {
    looks++;
    double share = travelled / whole;
    if (isSaid || !(share > 0 && share <= BEGINNING)) {
      return Optional.empty();
    }
    boolean inNats = first.limits().neverSeen() != null;
    Way way = way(first, now, inNats);
    boolean early = inNats ? looks < LOOKS : share < SHARE;
    double ends = way.gone() / share;
    double factor = factor(ends, inNats ? way.loss() : 0, early, keepRise, keepBound);
    if (factor == 1 || Double.isNaN(factor)) {
      return Optional.empty();
    }
    isSaid = true;
    return Optional.of(text(way, ends, factor, keepRise, keepBound));
  }

  /**
   * By what the learning rate should be multiplied; 1: it may be right.
   *
   * @param ends where the budget would end, as a multiple of the way
   * @param loss how far the requests' loss has gone, as a multiple of what it has to
   * @param early whether it is too early to call the rate too low
   */
  static double factor(double ends, double loss, boolean early, double keepRise, double keepBound) {
    boolean rushes = ends > TOO_FAST && keepRise > HARM * keepBound;
    if (rushes || keepRise > RUNS_AWAY * keepBound || loss > TOO_FAR) {
      double wanted = ends > RIGHT ? RIGHT / ends : 0;
      return Math.min(1 / LEAST_CHANGE, Math.max(1 / MOST_CHANGE, wanted));
    }
    if (!early && ends < TOO_SHORT && !(keepRise > keepBound)) {
      double wanted = ends > 0 ? RIGHT / ends : MOST_CHANGE;
      return Math.max(LEAST_CHANGE, Math.min(MOST_CHANGE, wanted));
    }
    return 1;
  }

  /**
   * How far the samples have come that were not forgotten to begin with.
   *
   * @param gone share of the way, in log-odds if values are log-probabilities
   * @param loss the same in the values themselves
   */
  record Way(double gone, double loss) {}

  private static Way way(SampleChecks.First first, SampleChecks.Found now, boolean inNats) {
    double start = 0;
    double here = 0;
    double limit = 0;
    int n = 0;
    for (int i = 0; i < now.values().length; i++) {
      if (!first.found().forgotten()[i]) {
        start += first.found().values()[i];
        here += now.values()[i];
        limit += SampleChecks.limit(first.limits(), i);
        n++;
      }
    }
    return n == 0 ? new Way(Double.NaN, Double.NaN) : way(start / n, here / n, limit / n, inNats);
  }

  /**
   * How far a mean value has come.
   *
   * @param inNats whether values are log-probabilities; otherwise they are shares
   * @return NaN if the start is already beyond the limit
   */
  static Way way(double start, double now, double limit, boolean inNats) {
    if (!(start > limit)) {
      return new Way(Double.NaN, Double.NaN);
    }
    double plain = (start - now) / (start - limit);
    return new Way(
        inNats ? (logOdds(now) - logOdds(start)) / (logOdds(limit) - logOdds(start)) : plain,
        plain);
  }

  /** {@code log(e^L − 1)} for a log-probability −L. */
  private static double logOdds(double logProb) {
    double loss = Math.max(-logProb, Float.MIN_NORMAL);
    return loss + Math.log(-Math.expm1(-loss));
  }

  private String text(Way way, double ends, double factor, double keepRise, double keepBound) {
    double rate = RateSearch.rounded(optimizer.learningRate() * factor);
    String what;
    if (factor > 1) {
      what =
          "too low: after %d of at most %d updates the samples have come %.0f %% of the way to being forgotten, and the budget would end at %.0f %%"
              .formatted(made, updates, Math.max(0, 100 * way.gone()), Math.max(0, 100 * ends));
    } else if (keepRise > HARM * keepBound) {
      what =
          String.format(
              Locale.ROOT,
              "too high: after %d updates the loss on samples to keep has risen by %.2f nats a token, where %.2f would do no harm",
              made,
              keepRise,
              keepBound);
    } else {
      what =
          String.format(
              Locale.ROOT,
              "too high: after %d updates the loss of the samples has gone %.1f times as far as it has to",
              made,
              way.loss());
    }
    return "optimizer.learning_rate = %s looks %s. Try %s."
        .formatted(written(optimizer.learningRate()), what, written(rate));
  }

  /** As in a recipe: 1.0e-4. */
  private static String written(double rate) {
    return String.valueOf(rate).replace('E', 'e');
  }
}
