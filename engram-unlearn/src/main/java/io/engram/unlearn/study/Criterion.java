package io.engram.unlearn.study;

import io.engram.unlearn.difficulty.UpdatesPredictor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When a sample counts as forgotten: a measure of it has come down to a threshold, and where EL is
 * asked too, EL has.
 *
 * @param name in rows and tables
 * @param measure what has to fall
 * @param threshold to this or below
 * @param extraction EL has to be this or below; null: isn't asked
 */
public record Criterion(
    String name, Measure measure, double threshold, @Nullable Double extraction) {
  /** A criterion that doesn't ask EL. */
  public Criterion(String name, Measure measure, double threshold) {
    this(name, measure, threshold, null);
  }

  /** What is asked of a sample. */
  public enum Measure {
    /** {@code (1/n) Σ_t ℓ_t}, nats. */
    MEAN_LOG_PROB,
    /** {@code Σ_t ℓ_t}, nats: long samples reach it sooner. */
    SUM_LOG_PROB,
    /**
     * Memorization accuracy, the share of labelled tokens that are the model's first choice. The
     * rule of App. C.4 asks this and EL of a sample.
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
   * How a sample stands.
   *
   * @param logProb Σ_t ℓ_t, nats
   * @param hits labelled tokens that are the model's first choice
   * @param tokens labelled tokens
   * @param extraction its EL
   */
  public record Standing(double logProb, int hits, int tokens, Extraction extraction) {}

  /**
   * EL of a sample, generated when it is first asked for: much text. It has to be asked for while
   * the model stands as it does.
   */
  public static final class Extraction {
    private final DoubleSupplier generate;
    private @Nullable Double value;

    /** From this generation; NaN where the answer is too short to have an EL. */
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

    /** The value where it was asked for, else null. */
    @Nullable Double ifKnown() {
      return value;
    }
  }

  /** Whether the sample is forgotten; an answer too short for EL is judged without. */
  boolean met(Standing standing) {
    return measure.of(standing) <= threshold
        && (extraction == null || !(standing.extraction().value() > extraction));
  }

  /**
   * Where between two updates the threshold was crossed, were the way straight; the later one of
   * two. EL that nobody asked for before counts as crossed no later than the measure.
   *
   * @param before after u − 1 updates, not met
   * @param after after u updates, met
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

  /** Which criteria a sample, or a group of them, has met, and after how many updates. */
  static final class Met {
    private final List<Criterion> criteria;
    private final Map<String, Double> updates = new LinkedHashMap<>();
    private final Map<String, Double> changes = new LinkedHashMap<>();
    private Criterion.Standing last;

    /** Before the first update; what is met already needs none. */
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
     * What it took.
     *
     * @param updates by criterion, with the part of the last update that was needed; missing where
     *     it wasn't met
     * @param changes mean |θ − θ_0| after the update that met a criterion, by criterion
     * @param change the first criterion's, or where it wasn't met that at the end
     * @param forecast what was predicted
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
     * How it stands after one more update.
     *
     * @param update its number, from 1
     * @param moved mean |θ − θ_0| as it is now
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
     * What it took.
     *
     * @param moved mean |θ − θ_0| as it is now
     */
    Outcome outcome(UpdatesPredictor.Forecast forecast, DoubleSupplier moved) {
      Double first = changes.get(criteria.get(0).name());
      return new Outcome(updates, changes, first == null ? moved.getAsDouble() : first, forecast);
    }
  }
}
