package io.engram.unlearn.study;

import io.engram.unlearn.difficulty.UpdatesPredictor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a sample counts as forgotten: when a measure has fallen to its threshold and, if EL
 * is used too, EL to its own.
 *
 * @param name its name in rows and tables
 * @param measure the measure that must fall
 * @param threshold upper limit of the measure
 * @param extraction upper limit of EL; null if EL is not used
 */
public record Criterion(
    String name, Measure measure, double threshold, @Nullable Double extraction) {
  /** A criterion that does not use EL. */
  public Criterion(String name, Measure measure, double threshold) {
    this(name, measure, threshold, null);
  }

  /** The measure of a sample. */
  public enum Measure {
    /** {@code (1/n) Σ_t ℓ_t}, nats. */
    MEAN_LOG_PROB,
    /** {@code Σ_t ℓ_t}, nats: long samples reach the threshold sooner. */
    SUM_LOG_PROB,
    /**
     * Memorization accuracy, the share of labelled tokens that are the model's first choice. The
     * rule of App. C.4 uses this and EL.
     */
    MEMORIZATION_ACCURACY;

    /** The measure of a sample, or of several taken together. */
    double of(Standing standing) {
      return switch (this) {
        case MEAN_LOG_PROB -> standing.logProb() / standing.tokens();
        case SUM_LOG_PROB -> standing.logProb();
        case MEMORIZATION_ACCURACY -> (double) standing.hits() / standing.tokens();
      };
    }
  }

  /**
   * The state of a sample.
   *
   * @param logProb Σ_t ℓ_t, nats
   * @param hits labelled tokens that are the model's first choice
   * @param tokens labelled tokens
   * @param extraction its EL
   */
  public record Standing(double logProb, int hits, int tokens, Extraction extraction) {}

  /**
   * EL of a sample, computed on first use, since it generates much text. It must be used before the
   * model changes.
   */
  public static final class Extraction {
    private final DoubleSupplier generate;
    private @Nullable Double value;

    /** Computed by this function; NaN if the answer is too short to have an EL. */
    public Extraction(DoubleSupplier generate) {
      this.generate = generate;
    }

    double value() {
      Double known = value;
      if (known == null) {
        known = generate.getAsDouble();
        value = known;
      }
      return known;
    }

    /** The value if it was computed, otherwise null. */
    @Nullable Double ifKnown() {
      return value;
    }
  }

  /** Whether the sample is forgotten; an answer too short for EL is judged without it. */
  boolean met(Standing standing) {
    return measure.of(standing) <= threshold
        && (extraction == null || !(standing.extraction().value() > extraction));
  }

  /**
   * Where between two updates the threshold was crossed, by linear interpolation; with two
   * thresholds, the later one. An EL that was not computed before counts as crossed no later than
   * the measure.
   *
   * @param before state after u − 1 updates, not met
   * @param after state after u updates, met
   * @return in (0, 1]
   */
  double crossing(Standing before, Standing after) {
    double ofMeasure = part(measure.of(before), measure.of(after), threshold);
    Double elBefore = before.extraction().ifKnown();
    return extraction == null || elBefore == null
        ? ofMeasure
        : Math.max(ofMeasure, part(elBefore, after.extraction().value(), extraction));
  }

  private static double part(double from, double to, double threshold) {
    return from > threshold ? (from - threshold) / (from - to) : 0;
  }

  /** Tracks which criteria a sample, or a group of samples, has met, and after how many updates. */
  static final class Met {
    private final List<Criterion> criteria;
    private final Map<String, Double> updates = new LinkedHashMap<>();
    private final Map<String, Double> changes = new LinkedHashMap<>();
    private Criterion.Standing last;

    /** The state before the first update; criteria that are already met need no updates. */
    Met(List<Criterion> criteria, Criterion.Standing before) {
      this.criteria = criteria;
      this.last = before;
      criteria.stream()
          .filter(c -> c.met(before))
          .forEach(
              c -> {
                updates.put(c.name(), 0.0);
                changes.put(c.name(), 0.0);
              });
    }

    /**
     * The outcome.
     *
     * @param updates updates needed by criterion, including the needed fraction of the last update;
     *     missing if the criterion was not met
     * @param changes mean |θ − θ_0| after the update that met a criterion, by criterion
     * @param change that of the first criterion, or that at the end if it was not met
     * @param forecast the prediction
     */
    record Outcome(
        Map<String, Double> updates,
        Map<String, Double> changes,
        double change,
        UpdatesPredictor.Forecast forecast) {}

    boolean all() {
      return updates.size() == criteria.size();
    }

    /**
     * Records the state after one more update.
     *
     * @param update its number, from 1
     * @param moved gives the current mean |θ − θ_0|
     */
    void look(int update, Criterion.Standing now, DoubleSupplier moved) {
      List<String> met = new ArrayList<>();
      for (Criterion criterion : criteria) {
        if (!updates.containsKey(criterion.name()) && criterion.met(now)) {
          updates.put(criterion.name(), update - 1 + criterion.crossing(last, now));
          met.add(criterion.name());
        }
      }
      if (!met.isEmpty()) {
        double change = moved.getAsDouble();
        met.forEach(name -> changes.put(name, change));
      }
      last = now;
    }

    /**
     * The outcome.
     *
     * @param moved gives the current mean |θ − θ_0|
     */
    Outcome outcome(UpdatesPredictor.Forecast forecast, DoubleSupplier moved) {
      Double first = changes.get(criteria.get(0).name());
      return new Outcome(updates, changes, first == null ? moved.getAsDouble() : first, forecast);
    }
  }
}
