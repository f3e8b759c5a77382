package io.engram.model.decoder.config;

/**
 * How a model's attention is computed.
 *
 * @param scale scores are q·k times this
 * @param softCap c of {@code c·tanh(score / c)}; 0: none
 * @param queryKeyNorm over what queries and keys are normalised before they are rotated
 * @param inputBias whether the projections to q, k and v have biases
 * @param outputBias whether the output projection has one
 * @param interleaved whether a projection to queries, keys and values has each head's three side by
 *     side instead of all queries, all keys, all values
 */
public record AttentionSettings(
    double scale,
    double softCap,
    QueryKeyNorm queryKeyNorm,
    boolean inputBias,
    boolean outputBias,
    boolean interleaved) {
  /** Over what queries and keys are normalised. */
  public enum QueryKeyNorm {
    /** Not at all. */
    NONE,
    /** Each head by itself, with one gain {@code [D]} for all heads. */
    EACH_HEAD,
    /** All heads together, with gains {@code [H·D]} and {@code [G·D]}. */
    ALL_HEADS
  }

  /** Plain attention: scores over √D. */
  public static AttentionSettings plain(int headDim, boolean bias) {
    return new AttentionSettings(1 / Math.sqrt(headDim), 0, QueryKeyNorm.NONE, bias, bias, false);
  }

  /** The same with another norm of queries and keys. */
  public AttentionSettings withQueryKeyNorm(QueryKeyNorm norm) {
    return new AttentionSettings(scale, softCap, norm, inputBias, outputBias, interleaved);
  }

  /** The same with other biases. */
  public AttentionSettings withBias(boolean input, boolean output) {
    return new AttentionSettings(scale, softCap, queryKeyNorm, input, output, interleaved);
  }

  /** The same with each head's query, key and value side by side. */
  public AttentionSettings ofEachHead() {
    return new AttentionSettings(scale, softCap, queryKeyNorm, inputBias, outputBias, true);
  }

  /** The same with another scale and soft cap. */
  public AttentionSettings withScores(double newScale, double newSoftCap) {
    return new AttentionSettings(
        newScale, newSoftCap, queryKeyNorm, inputBias, outputBias, interleaved);
  }
}
