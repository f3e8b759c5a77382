package io.engram.core.metric;

/**
 * How far a value stands out among others of its format: {@code log₂ |R| − log₂ rank} over all
 * values R of the format by their probability, estimated from m random ones as {@code −log₂((1 +
 * number that is more probable) / (m + 1))}.
 *
 * <p>Known by heart: {@code log₂(m + 1)}, 9.97 bits for m = 1,000. Never seen: the rank is uniform,
 * so the exposure is distributed exponentially with mean 1/ln 2 = 1.44 and median 1.
 *
 * <p><b>Source:</b> Carlini et al.: The secret sharer (2019).
 */
public final class Exposure {
  /** The name in files. */
  public static final String NAME = "exposure";

  /** What 95 % of values never seen are below: log₂ 20 bits. */
  public static final double NEVER_SEEN = Math.log(20) / Math.log(2);

  private Exposure() {}

  /**
   * The exposure of a value.
   *
   * @param logProb of the value, nats
   * @param candidates log-probabilities of random values of the same format, {@code [m]}
   * @return bits, in [0, log₂(m + 1)]
   */
  public static double of(double logProb, double[] candidates) {
    int above = 0;
    for (double candidate : candidates) {
      if (candidate > logProb) {
        above++;
      }
    }
    return Math.log((candidates.length + 1.0) / (1 + above)) / Math.log(2);
  }
}
