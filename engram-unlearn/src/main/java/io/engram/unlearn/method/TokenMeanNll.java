package io.engram.unlearn.method;

import io.engram.model.train.SequenceLoss;
import java.util.Arrays;

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
