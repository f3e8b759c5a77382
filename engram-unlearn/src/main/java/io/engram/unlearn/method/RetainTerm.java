package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.ReferenceStates;
import org.jspecify.annotations.Nullable;

/**
 * What keeps the rest: {@code w_r · L(R)}, or {@code w_r · KL(reference ‖ model)} averaged over the
 * labelled tokens of the retain batch.
 *
 * <p><b>Differs:</b> open-unlearning and TOFU average KL over all positions, prompt and padding
 * included, which makes it weaker by their share.
 *
 * @param weight w_r
 * @param reference the reference's states for KL; null: L
 */
public record RetainTerm(double weight, @Nullable ReferenceStates reference) {
  /** One retain sequence's part of the update's loss. */
  public Objective of(TokenizedSample sample, UpdateSize size) {
    return reference == null
        ? new Objective.OfLogProbs(new TokenMeanNll(weight, size.tokens()))
        : new Objective.KlToReference(reference, weight / size.tokens());
  }
}
