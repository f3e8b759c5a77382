package io.engram.model.decoder.config;

import java.util.List;

/**
 * Rotary positions of a model, or of some of its layers.
 *
 * @param theta base of the frequencies
 * @param dim d, how many numbers of each head are rotated, from the first; even
 * @param scaling how the frequencies are changed
 */
public record RotarySettings(double theta, int dim, RopeScaling scaling) {
  /** The frequencies for a sequence of this length, {@code [d/2]}. */
  public float[] frequencies(int length) {
    return scaling.frequencies(this, length);
  }

  /** Whether the angles of all positions are finite. */
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

  /**
   * How a model's rotary frequencies {@code f_i = θ^(−2i/d)}, i &lt; d/2, are changed to reach
   * beyond the context it was first trained on. Formulas as in transformers' {@code
   * modeling_rope_utils}.
   */
  public sealed interface RopeScaling {
    /** The frequencies as they are. */
    static RopeScaling none() {
      return new Linear(1);
    }

    /**
     * The frequencies for a sequence.
     *
     * @param settings θ and d
     * @param length how many tokens the sequence has
     */
    float[] frequencies(RotarySettings settings, int length);

    /** Cosines and sines are multiplied by this. */
    default double attentionFactor() {
      return 1;
    }

    /** Sequences longer than this have other frequencies than shorter ones. */
    default int switchLength() {
      return Integer.MAX_VALUE;
    }

    /** {@code f_i / factor}. */
    record Linear(double factor) implements RopeScaling {
      @Override
      public float[] frequencies(RotarySettings settings, int length) {
        float[] frequencies = settings.unscaled();
        for (int i = 0; i < frequencies.length && factor != 1; i++) {
          frequencies[i] = (float) (frequencies[i] / factor);
        }
        return frequencies;
      }
    }

    /**
     * Llama 3.1: long waves are slowed by {@code factor}, short ones kept, and those between
     * interpolated by {@code s = (original·f/2π − low) / (high − low)}.
     *
     * @param low waves longer than original / low are slowed
     * @param high waves shorter than original / high are kept
     * @param original the context of the first training
     */
    record Llama3(double factor, double low, double high, int original) implements RopeScaling {
      @Override
      public float[] frequencies(RotarySettings settings, int length) {
        float[] frequencies = settings.unscaled();
        for (int i = 0; i < frequencies.length; i++) {
          double f = frequencies[i];
          double waves = original * f / (2 * Math.PI);
          double kept = Math.min(1, Math.max(0, (waves - low) / (high - low)));
          frequencies[i] = (float) ((1 - kept) * f / factor + kept * f);
        }
        return frequencies;
      }
    }

    /**
     * YaRN (Peng et al. 2023): frequencies number {@code low} and below are kept, those from {@code
     * high} on divided by {@code factor}, those between interpolated in proportion.
     *
     * @param low a number of a frequency, not always whole
     * @param high another
     */
    record Yarn(double factor, double low, double high, double attentionFactor)
        implements RopeScaling {
      private static final double LEAST_RAMP = 1e-3;

      @Override
      public float[] frequencies(RotarySettings settings, int length) {
        float[] frequencies = settings.unscaled();
        double ramp = high == low ? LEAST_RAMP : high - low;
        for (int i = 0; i < frequencies.length; i++) {
          double slowed = Math.min(1, Math.max(0, (i - low) / ramp));
          double f = frequencies[i];
          frequencies[i] = (float) (f / factor * slowed + f * (1 - slowed));
        }
        return frequencies;
      }
    }

    /**
     * LongRoPE (Ding et al. 2024): each frequency has a divisor of its own, other ones for
     * sequences of more than {@code original} tokens.
     */
    record LongRope(
        List<Double> shortFactors, List<Double> longFactors, int original, double attentionFactor)
        implements RopeScaling {
      /** Keeps the lists as they are now. */
      public LongRope {
        shortFactors = List.copyOf(shortFactors);
        longFactors = List.copyOf(longFactors);
      }

      @Override
      public int switchLength() {
        return original;
      }

      @Override
      public float[] frequencies(RotarySettings settings, int length) {
        List<Double> factors = length > original ? longFactors : shortFactors;
        float[] frequencies = settings.unscaled();
        for (int i = 0; i < frequencies.length; i++) {
          frequencies[i] = (float) (frequencies[i] / factors.get(i));
        }
        return frequencies;
      }
    }
  }
}
