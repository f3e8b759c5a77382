package io.engram.model.train;

/** What is minimised on one sequence. */
public sealed interface Objective {
  /** A function of the labelled tokens' log-probabilities. */
  record OfLogProbs(SequenceLoss loss) implements Objective {}

  /**
   * {@code weight · Σ_t KL(reference_t ‖ model_t)} over the labelled tokens.
   *
   * @param reference holds the reference's states for this sequence
   * @param weight 1 / (labelled tokens of the whole update) gives the mean over labelled tokens
   */
  record KlToReference(ReferenceStates reference, double weight) implements Objective {}
}
