package io.engram.model.train;

import java.util.OptionalInt;

/** What is minimised on one sequence. */
public sealed interface Objective {
  /** A function of the labelled tokens' log-probabilities. */
  record OfLogProbs(SequenceLoss loss) implements Objective {}

  /**
   * {@code weight · Σ_t KL(q_t ‖ model_t)} over the labelled tokens, with {@code q_t = softmax(z_t
   * − demotion · 1[y_t])}, z_t the reference's logits and y_t the true token: at demotion 0 the
   * reference's own distribution.
   *
   * @param reference holds the reference's states for this sequence
   * @param weight 1 / (labelled tokens of the whole update) gives the mean over labelled tokens
   * @param demotion nats by which the true token's logit is lowered
   */
  record KlToReference(ReferenceStates reference, double weight, double demotion)
      implements Objective {
    /** Towards the reference's own distribution. */
    public KlToReference(ReferenceStates reference, double weight) {
      this(reference, weight, 0);
    }

    private boolean matches(KlToReference other) {
      return reference == other.reference && weight == other.weight && demotion == other.demotion;
    }
  }

  /**
   * {@code weight · Σ_t (max_v z_tv − mean_v z_tv)²} over the rows that predict the labelled
   * tokens, z the logits.
   *
   * @param weight 1 / (labelled tokens of the whole update) gives the mean over labelled tokens
   */
  record OfLogitSpread(double weight) implements Objective {}

  /**
   * {@code weight · Σ_t mean_d (h_td − c_td)²} over the rows that predict the labelled tokens, h
   * the hidden states after the targets' layer.
   *
   * @param targets c
   * @param weight 1 / (labelled tokens of the sequence) gives the mean over them
   */
  record ToStates(LayerTargets targets, double weight) implements Objective {}

  /** The same objective with its loss and gradient multiplied. */
  default Objective scaled(double factor) {
    if (factor == 1) {
      return this;
    }
    if (this instanceof OfLogProbs own) {
      return new OfLogProbs(logProbs -> own.loss().at(logProbs).times(factor));
    }
    if (this instanceof KlToReference kl) {
      return new KlToReference(kl.reference(), factor * kl.weight(), kl.demotion());
    }
    if (this instanceof ToStates states) {
      return new ToStates(states.targets(), factor * states.weight());
    }
    return new OfLogitSpread(factor * ((OfLogitSpread) this).weight());
  }

  /** The layer whose output is needed; empty: the logits. */
  default OptionalInt layer() {
    return this instanceof ToStates states
        ? OptionalInt.of(states.targets().layer())
        : OptionalInt.empty();
  }

  /** Whether both are objectives on logits that can be computed in one chunk. */
  default boolean joins(Objective other) {
    if (this instanceof KlToReference kl) {
      return other instanceof KlToReference same && kl.matches(same);
    }
    return this instanceof OfLogitSpread ? equals(other) : other instanceof OfLogProbs;
  }
}
