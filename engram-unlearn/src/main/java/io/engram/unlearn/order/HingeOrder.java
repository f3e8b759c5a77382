package io.engram.unlearn.order;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import java.util.Arrays;

/**
 * Weights a sample by how far it still is from being forgotten: {@code w_i = max(0, L*_i −
 * NLL_i)^γ}. A soft form of stopping sample by sample.
 *
 * <p><b>Source:</b> ours.
 *
 * @param power γ
 */
@Choice(value = "hinge", summary = "by the distance of each sample's loss from its limit")
public record HingeOrder(
    boolean replacement,
    @Setting.Default("loss") Apply apply,
    boolean shuffle,
    Pair pair,
    double until,
    @Setting(
            value = "1",
            range = "> 0",
            reason =
                "γ: the distance to the limit is raised to this power. Smaller treats the samples "
                    + "more alike until they are forgotten.")
        double power)
    implements SampleOrder {
  @Override
  public boolean usesLevel() {
    return true;
  }

  @Override
  public double[] weights(Standing now) {
    return Arrays.stream(now.deficits()).map(d -> Math.pow(d, power)).toArray();
  }
}
