package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.ReferenceStates;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What methods need of the reference, the model at the start.
 *
 * @param nll S_ref = −Σ_t ℓ_t of each forget sample, nats, by its id
 * @param states of the forget samples; null where the method has no use for them
 * @param control where RMU leads the hidden states; null likewise
 */
public record Reference(
    Map<String, Double> nll, @Nullable ReferenceStates states, @Nullable LayerTargets control) {
  /** For methods that need log-probabilities alone. */
  public static Reference ofNll(Map<String, Double> nll) {
    return new Reference(nll, null, null);
  }

  /** States that the method said it needs. */
  ReferenceStates statesOrThrow() {
    return Objects.requireNonNull(states, "states of the reference");
  }

  /** The target that the method made. */
  LayerTargets controlOrThrow() {
    return Objects.requireNonNull(control, "control vector");
  }

  /** S_ref of a sample. */
  double nll(TokenizedSample sample) {
    Double own = nll.get(sample.id());
    if (own == null) {
      throw new IllegalArgumentException("no reference log-probability of sample " + sample.id());
    }
    return own;
  }
}
