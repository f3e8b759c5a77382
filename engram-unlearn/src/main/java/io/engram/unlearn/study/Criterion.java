package io.engram.unlearn.study;

/**
 * When a sample counts as forgotten: a measure of it has come down to a threshold.
 *
 * @param name in rows and tables
 * @param measure what has to fall
 * @param threshold to this or below
 */
public record Criterion(String name, Measure measure, double threshold) {
  /** What is asked of a sample. */
  public enum Measure {
    /** {@code (1/n) Σ_t ℓ_t}, nats. */
    MEAN_LOG_PROB,
    /** {@code Σ_t ℓ_t}, nats: long samples reach it sooner. */
    SUM_LOG_PROB,
    /**
     * Memorization accuracy, the share of labelled tokens that are the model's first choice. The
     * rule of App. C.4 asks this and EL of a sample; this is its MA part.
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
   */
  public record Standing(double logProb, int hits, int tokens) {}

  /** Whether the sample is forgotten. */
  boolean met(Standing standing) {
    return measure.of(standing) <= threshold;
  }

  /**
   * Where between two updates the threshold was crossed, were the way straight.
   *
   * @param before after u − 1 updates, not met
   * @param after after u updates, met
   * @return in (0, 1]
   */
  double crossing(Standing before, Standing after) {
    double from = measure.of(before);
    double to = measure.of(after);
    return (from - threshold) / (from - to);
  }
}
