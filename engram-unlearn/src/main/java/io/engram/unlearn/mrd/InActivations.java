package io.engram.unlearn.mrd;

import io.engram.core.random.RandomStream;
import io.engram.model.score.ActivationNoiseScorer;
import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;

/**
 * Samples under noise that is put into the activations: each has an ε of its own, always. One ε for
 * several samples is something that only noise on the weights can give, and is refused.
 *
 * @param tokens the samples, by number
 */
record InActivations(ActivationNoiseScorer scorer, List<TokenizedSample> tokens)
    implements NoisyScorer {
  /**
   * @throws IllegalArgumentException if {@code scale} isn't 0 and there are several samples
   */
  @Override
  public List<double[]> logProbs(int[] samples, RandomStream noise, double scale) {
    if (scale != 0 && samples.length > 1) {
      throw new IllegalArgumentException("noise in the activations is never shared by samples");
    }
    return independent(samples, noise, scale);
  }

  @Override
  public List<double[]> independent(int[] samples, RandomStream noise, double scale) {
    List<TokenizedSample> chosen = Arrays.stream(samples).mapToObj(tokens::get).toList();
    List<double[]> logProbs = scorer.logProbs(chosen, noise, scale);
    if (scale == 0) {
      MrdMeasurement.requireFinite(chosen, logProbs);
    }
    return logProbs;
  }
}
