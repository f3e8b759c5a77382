package io.engram.unlearn.order;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.unlearn.difficulty.DifficultyScore;
import java.util.stream.IntStream;

/**
 * Draws a sample as often as it still needs: {@code w_i = N_i · d_i / d_i(0)}, with N_i the updates
 * that it needs in all and {@code d_i = max(0, L*_i − NLL_i)} how far it still is from being
 * forgotten. So the effort follows what happens, not only what was measured before. N_i is 1 over
 * the {@link DifficultyScore#ease} of the order's score; the losses are those of passes that the
 * run makes anyway.
 *
 * <p><b>Source:</b> ours.
 */
@Choice(value = "deficit", summary = "by the updates that each sample still needs")
public record DeficitOrder(
    boolean replacement,
    Apply apply,
    boolean shuffle,
    Pair pair,
    double until,
    @Setting.Default("rehearsal") DifficultyScore estimator)
    implements SampleOrder {
  @Override
  public boolean usesLevel() {
    return true;
  }

  @Override
  public double[] weights(Standing now) {
    double[] shares = now.shares();
    return IntStream.range(0, now.size())
        .mapToDouble(i -> shares[i] / estimator.ease(now.rows().get(i).value()))
        .toArray();
  }
}
