package io.engram.unlearn.order;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import java.util.Arrays;

/**
 * Weights a sample by how likely it still is: {@code w_i = p̄_i^β} with {@code p̄_i = exp(−NLL_i)},
 * the geometric mean of its tokens' probabilities. What {@code satimp} does to tokens, done to
 * samples.
 *
 * <p><b>Source:</b> SatImp, which weights tokens. For {@code grad_diff} this equals {@code dro}
 * with {@code prefer: hard} and τ = 1/β, as its loss is −NLL.
 *
 * @param power β
 */
@Choice(value = "saturation", summary = "by how likely each sample still is")
public record SaturationOrder(
    boolean replacement,
    @Setting.Default("loss") Apply apply,
    boolean shuffle,
    Pair pair,
    @Setting(
            value = "1",
            range = "> 0",
            reason = "β: a sample's weight is its mean probability raised to this power.")
        double power)
    implements SampleOrder {
  @Override
  public boolean usesLogProbs() {
    return true;
  }

  @Override
  public double[] weights(Standing now) {
    return Arrays.stream(now.nll()).map(nll -> Math.exp(-power * nll)).toArray();
  }
}
