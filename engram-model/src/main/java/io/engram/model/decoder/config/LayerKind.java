package io.engram.model.decoder.config;

/**
 * What one layer's attention does differently from another's.
 *
 * @param window how many tokens a token attends to at most, itself included; 0: all before it
 * @param rotary which of the model's rotary positions turns it; {@link #NO_POSITIONS}: none
 */
public record LayerKind(int window, int rotary) {
  /** Positions play no part in the layer. */
  public static final int NO_POSITIONS = -1;

  /** Attention to all tokens before, turned by the model's first rotary positions. */
  public static final LayerKind PLAIN = new LayerKind(0, 0);

  /** Whether sequences of this length have tokens that the window keeps apart. */
  public boolean cuts(int length) {
    return window > 0 && length > window;
  }
}
