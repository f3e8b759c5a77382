package io.engram.model.decoder.config;

/**
 * How a model's norms are computed.
 *
 * @param kind what a norm does
 * @param epsilon added to the mean square, or to the variance
 */
public record NormSettings(Kind kind, double epsilon) {
  /** What a norm does. */
  public enum Kind {
    /** {@code x / √(mean(x²) + ε) ⊙ gain} (Zhang &amp; Sennrich 2019). */
    RMS,
    /** The same with the gain stored less 1, as Gemma has it. */
    RMS_LESS_ONE,
    /** {@code (x − mean(x)) / √(var(x) + ε) ⊙ gain + bias} (Ba et al. 2016). */
    LAYER
  }

  /** The stored value of a gain that changes nothing. */
  public double neutral() {
    return kind == Kind.RMS_LESS_ONE ? 0 : 1;
  }
}
