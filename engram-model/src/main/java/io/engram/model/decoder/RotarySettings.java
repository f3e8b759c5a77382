package io.engram.model.decoder;

/**
 * Rotary positions of a model, or of some of its layers.
 *
 * @param theta base of the frequencies
 * @param dim d, how many numbers of each head are turned, the first ones; even
 * @param scaling how the frequencies are changed
 */
public record RotarySettings(double theta, int dim, RopeScaling scaling) {
  /** The frequencies that a sequence of this length is turned by, {@code [d/2]}. */
  float[] frequencies(int length) {
    return scaling.frequencies(this, length);
  }

  /** Whether every angle of every position is a number. */
  public boolean isFinite() {
    boolean finite = Double.isFinite(scaling.attentionFactor());
    for (int length : new int[] {1, Integer.MAX_VALUE}) {
      for (float frequency : frequencies(length)) {
        finite &= Float.isFinite(frequency);
      }
    }
    return finite;
  }

  /** {@code θ^(−2i/d)}, rounded to float32 as transformers does. */
  float[] unscaled() {
    float[] frequencies = new float[dim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) (1.0 / Math.pow(theta, 2.0 * i / dim));
    }
    return frequencies;
  }
}
