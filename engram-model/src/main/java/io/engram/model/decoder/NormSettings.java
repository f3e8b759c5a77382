package io.engram.model.decoder;

/**
 * How a model's norms are computed.
 *
 * @param gain what is stored of the gain
 * @param epsilon added to the mean square
 */
public record NormSettings(Gain gain, double epsilon) {
  /** What is stored of a gain. */
  public enum Gain {
    /** The gain itself. */
    PLAIN,
    /** The gain less 1, as Gemma has it. */
    LESS_ONE
  }

  /** What is stored of a gain that changes nothing. */
  public double neutral() {
    return gain == Gain.PLAIN ? 1 : 0;
  }
}
