package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import tools.jackson.databind.node.ObjectNode;

/**
 * Llama 3's scaled rotary positions. A config.json says them in four numbers, a GGUF file as what
 * each frequency is divided by: {@code F} for wavelengths above {@code L / low}, 1 for those below
 * {@code L / high}, and between them {@code 1 / ((1 − s) / F + s)} with {@code s = (L / wavelength
 * − low) / (high − low)}.
 *
 * <p>F is the largest divisor; of the others the converter writes Llama 3's own, {@code low = 1},
 * {@code high = 4}, {@code L = 8192}. Divisors that these don't give are refused.
 */
final class Llama3Rotary {
  /** The tensor with a divisor a frequency. */
  static final String TENSOR = "rope_freqs.weight";

  private static final double LOW = 1;
  private static final double HIGH = 4;
  private static final int LENGTH = 8192;

  /** Of float32 numbers worked out in float32. */
  private static final double ROUNDING = 1e-4;

  private Llama3Rotary() {}

  /** Writes {@code rope_scaling} where the file has the tensor. */
  static void configure(ConfigDraft draft) {
    if (!draft.hasTensor(TENSOR)) {
      return;
    }
    float[] divisors = draft.numbers(TENSOR);
    double factor = 1;
    for (float divisor : divisors) {
      factor = Math.max(factor, divisor);
    }
    double theta = draft.config().path("rope_theta").doubleValue();
    for (int i = 0; i < divisors.length; i++) {
      double frequency = Math.pow(theta, -(double) i / divisors.length);
      double expected = divisor(2 * Math.PI / frequency, factor);
      if (!(Math.abs(divisors[i] - expected) <= ROUNDING * expected)) {
        throw EngramException.usage(
            String.format(
                "%s: tensor %s divides rotary frequency %d by %s, where Llama 3's scaling by %s"
                    + " divides by %s; only that one is supported.",
                draft.path(), TENSOR, i, divisors[i], factor, expected));
      }
    }
    if (factor > 1) {
      ObjectNode scaling = draft.config().putObject("rope_scaling");
      scaling.put("rope_type", "llama3");
      scaling.put("factor", factor);
      scaling.put("low_freq_factor", LOW);
      scaling.put("high_freq_factor", HIGH);
      scaling.put("original_max_position_embeddings", LENGTH);
    }
  }

  private static double divisor(double wavelength, double factor) {
    if (wavelength < LENGTH / HIGH) {
      return 1;
    }
    if (wavelength > LENGTH / LOW) {
      return factor;
    }
    double smooth = (LENGTH / wavelength - LOW) / (HIGH - LOW);
    return 1 / ((1 - smooth) / factor + smooth);
  }
}
