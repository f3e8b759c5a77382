package io.engram.model.decoder.config;

/**
 * How one layer's attention may differ from another's.
 *
 * @param window how many tokens a token attends to at most, itself included; 0: all before it
 * @param rotary which of the model's rotary settings it uses; {@link #NO_POSITIONS}: none
 */
public record LayerKind(int window, int rotary) {
  /** The layer doesn't use positions. */
  public static final int NO_POSITIONS = -1;

  /** Attention to all earlier tokens, with the model's first rotary settings. */
  public static final LayerKind PLAIN = new LayerKind(0, 0);

  /** Whether sequences of this length have tokens that the window keeps apart. */
  public boolean cuts(int length) {
    return window > 0 && length > window;
  }
}
