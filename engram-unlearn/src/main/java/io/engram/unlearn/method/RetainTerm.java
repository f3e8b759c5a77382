package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.Objective;
import io.engram.model.train.ReferenceStates;
import io.engram.unlearn.method.LogProbMethod.TokenMeanNll;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import org.jspecify.annotations.Nullable;

/**
 * The part of the loss that preserves the retain set: {@code w_r · L(R)}, {@code w_r · KL(reference
 * ‖ model)} averaged over the labelled tokens of the retain batch, or {@code w_r · mean_R mean_t
 * mean_d (h_td − h_td of the reference)²} over hidden states after a layer, as in {@link Rmu}.
 *
 * <p><b>Differs:</b> open-unlearning and TOFU average KL over all positions, prompt and padding
 * included, which weakens it by their share.
 *
 * @param weight w_r
 * @param reference the reference's states for KL, or null
 * @param layer the reference's states after a layer, or null
 */
public record RetainTerm(
    double weight, @Nullable ReferenceStates reference, @Nullable LayerTargets layer) {
  /** L, or KL if a reference is given. */
  public RetainTerm(double weight, @Nullable ReferenceStates reference) {
    this(weight, reference, null);
  }

  /** The same term with its weight multiplied. */
  public RetainTerm scaled(double factor) {
    return new RetainTerm(weight * factor, reference, layer);
  }

  /** The contribution of one retain sequence to the update's loss. */
  public Objective of(TokenizedSample sample, UpdateSize size) {
    if (layer != null) {
      return new Objective.ToStates(layer, weight / size.sequences() / sample.labels());
    }
    return reference == null
        ? new Objective.OfLogProbs(new TokenMeanNll(weight, size.tokens()))
        : new Objective.KlToReference(reference, weight / size.tokens());
  }
}
