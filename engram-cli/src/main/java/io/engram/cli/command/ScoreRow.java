package io.engram.cli.command;

import io.engram.model.text.TokenizedSample;
import java.util.Arrays;
import java.util.List;

/**
 * A line of {@code scores.jsonl}: labelled tokens only.
 *
 * @param id the sample's
 * @param tokens labelled tokens, n
 * @param logProb Σ_t ℓ_t, nats
 * @param tokenIds the labelled tokens
 * @param tokenLogProbs ℓ_t, nats
 */
record ScoreRow(
    String id, int tokens, double logProb, List<Integer> tokenIds, List<Double> tokenLogProbs) {
  static ScoreRow of(TokenizedSample sample, double[] logProbs) {
    return new ScoreRow(
        sample.id(),
        sample.labels(),
        Arrays.stream(logProbs).sum(),
        Arrays.stream(sample.labelIds()).boxed().toList(),
        Arrays.stream(logProbs).boxed().toList());
  }
}
