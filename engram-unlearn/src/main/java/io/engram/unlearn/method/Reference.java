package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.ReferenceStates;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What methods need from the reference, which is the model at the start.
 *
 * @param nll S_ref = −Σ_t ℓ_t of each forget sample in nats, by sample id
 * @param states states of the forget samples; null if the method does not use them
 * @param control the target of RMU's hidden states; null for other methods
 */
public record Reference(
    Map<String, Double> nll, @Nullable ReferenceStates states, @Nullable LayerTargets control) {
  /** A reference for methods that only need log-probabilities. */
  public static Reference ofNll(Map<String, Double> nll) {
    return new Reference(nll, null, null);
  }

  /** The states, for a method that declared that it needs them. */
  ReferenceStates statesOrThrow() {
    return Objects.requireNonNull(states, "states of the reference");
  }

  /** The target of hidden states, for the method that made it. */
  LayerTargets controlOrThrow() {
    return Objects.requireNonNull(control, "control vector");
  }

  /** S_ref of a sample, nats. */
  double nll(TokenizedSample sample) {
    Double own = nll.get(sample.id());
    if (own == null) {
      throw new IllegalArgumentException("no reference log-probability for sample " + sample.id());
    }
    return own;
  }
}
