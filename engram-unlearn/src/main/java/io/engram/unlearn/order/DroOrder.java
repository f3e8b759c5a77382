package io.engram.unlearn.order;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import java.util.Arrays;

/**
 * Weights a sample exponentially by the method's own forget loss: {@code w_i = exp(±ℓ_i/τ)}. A high
 * loss means that little is forgotten, so + prefers the samples that are forgotten least (hard) and
 * − those that are forgotten most (easy). A sample that hasn't been drawn yet has the mean weight.
 *
 * <p><b>Source:</b> BalDRO, whose paper maximises over the samples' weights (hard) and whose public
 * code has the other sign (easy). Both are here.
 *
 * @param prefer the sign
 * @param temperature τ
 */
@Choice(value = "dro", summary = "exponentially by the method's own loss, hard or easy ones first")
public record DroOrder(
    boolean replacement,
    @Setting.Default("loss") Apply apply,
    boolean shuffle,
    Pair pair,
    @Setting(
            value = "hard",
            reason =
                "Which samples weigh more. hard: those whose forget loss is high, so that the "
                    + "worst is pushed most; easy: those whose forget loss is low.")
        Prefer prefer,
    @Setting(
            value = "1",
            range = "> 0",
            unit = "of the forget loss",
            reason =
                "τ: a sample whose loss is τ higher weighs e times as much. Smaller is more "
                    + "unequal.")
        double temperature)
    implements SampleOrder {
  /** Which samples weigh more. */
  public enum Prefer {
    /** Those with a high forget loss. */
    HARD,
    /** Those with a low one. */
    EASY
  }

  @Override
  public boolean usesLosses() {
    return true;
  }

  @Override
  public double[] weights(Standing now) {
    double sign = prefer == Prefer.HARD ? 1 : -1;
    double most =
        Arrays.stream(now.loss())
            .filter(Double::isFinite)
            .map(loss -> sign * loss)
            .max()
            .orElse(Double.NaN);
    if (Double.isNaN(most)) {
      return new double[0];
    }
    double[] weights =
        Arrays.stream(now.loss())
            .map(loss -> Math.exp((sign * loss - most) / temperature))
            .toArray();
    double mean = Arrays.stream(weights).filter(Double::isFinite).average().orElse(1);
    return Arrays.stream(weights).map(w -> Double.isFinite(w) ? w : mean).toArray();
  }
}
