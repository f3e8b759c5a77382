package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import io.engram.model.train.LayerTargets;
import io.engram.model.train.ReferenceStates;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What methods need from the reference, which is the model at the start.
 *
 * @param logProbs ℓ_t of each forget sample's labelled tokens in nats, by sample id
 * @param states states of the forget samples; null if the method does not use them
 * @param control the target of RMU's hidden states; null for other methods
 */
public record Reference(
    Map<String, double[]> logProbs,
    @Nullable ReferenceStates states,
    @Nullable LayerTargets control) {
  /** A reference for methods that only need log-probabilities. */
  public static Reference ofLogProbs(Map<String, double[]> logProbs) {
    return new Reference(logProbs, null, null);
  }

  /**
   * For methods that only need log-probabilities.
   *
   * @param logProbs ℓ_t of each sample, in the order of the samples
   */
  public static Reference ofLogProbs(List<TokenizedSample> samples, List<double[]> logProbs) {
    return ofLogProbs(byId(samples, logProbs));
  }

  /** The log-probabilities of samples by sample id. */
  public static Map<String, double[]> byId(List<TokenizedSample> samples, List<double[]> logProbs) {
    Map<String, double[]> all = new LinkedHashMap<>();
    for (int i = 0; i < logProbs.size(); i++) {
      all.put(samples.get(i).id(), logProbs.get(i));
    }
    return all;
  }

  /** The states, for a method that declared that it needs them. */
  ReferenceStates statesOrThrow() {
    return Objects.requireNonNull(states, "states of the reference");
  }

  /** The target of hidden states, for the method that made it. */
  LayerTargets controlOrThrow() {
    return Objects.requireNonNull(control, "control vector");
  }

  /** S_ref = −Σ_t ℓ_t of a sample, nats. */
  double nll(TokenizedSample sample) {
    return -Arrays.stream(logProbs(sample)).sum();
  }

  /** ℓ_t of a sample's labelled tokens under the reference, nats; not to be changed. */
  double[] logProbs(TokenizedSample sample) {
    double[] own = logProbs.get(sample.id());
    if (own == null) {
      throw new IllegalArgumentException("no reference log-probability for sample " + sample.id());
    }
    return own;
  }
}
