package io.engram.unlearn.method;

import io.engram.core.settings.Choices;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.SequenceLoss;
import java.util.Arrays;

/**
 * A method whose loss is a sum over sequences, each term a function of that sequence's
 * log-probabilities.
 */
public interface LogProbMethod extends UnlearningMethod {
  /**
   * The contribution of one forget sequence to the update's loss.
   *
   * @param sample the sequence, with the answer or refusal that {@link #refusalUse} asks for
   * @param size size of the update's forget part
   */
  SequenceLoss forget(TokenizedSample sample, UpdateSize size);

  @Override
  default Objective objective(Drawn drawn, UpdateSize size, Reference reference) {
    return new Objective.OfLogProbs(forget(drawn.sample(), size));
  }

  /**
   * The contribution of one sequence to {@code w · L(B)}, where L is the mean of −ℓ_t over all
   * labelled tokens of the batch B: {@code −(w/N) Σ_t ℓ_t} with N the batch's labelled tokens.
   *
   * @param weight w; negative for ascent
   * @param batchTokens N
   */
  record TokenMeanNll(double weight, int batchTokens) implements SequenceLoss {
    @Override
    public Slope at(double[] logProbs) {
      double slope = -weight / batchTokens;
      double[] gradient = new double[logProbs.length];
      Arrays.fill(gradient, slope);
      return new Slope(slope * Arrays.stream(logProbs).sum(), gradient);
    }
  }

  /** A method that makes one gradient of both by its {@link #gradientRule}, and so needs both. */
  interface OfBothGradients extends LogProbMethod, SelfChecking {
    /** Reports a weight of 0. */
    @Override
    default void check(String section, Faults faults) {
      faults.require(
          forgetWeight() > 0 && retainWeight() > 0,
          section + ".retain_weight",
          " = %s and %s.forget_weight = %s: %s.name = %s needs both gradients"
              .formatted(retainWeight(), section, forgetWeight(), section, Choices.nameOf(this)),
          section + ".forget_weight");
    }

    @Override
    default String studyObstacle() {
      return "needs a retain set in each update, which a study does not have";
    }
  }
}
