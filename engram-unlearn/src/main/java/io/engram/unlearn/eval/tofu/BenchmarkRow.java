package io.engram.unlearn.eval.tofu;

import org.jspecify.annotations.Nullable;

/**
 * A line of {@code eval/STAGE/tofu_benchmark.SET.jsonl}: what was measured of one sample. What a
 * set doesn't measure is null.
 *
 * @param id the row's number in its file, from 0
 * @param set the set's name: {@code forget}
 * @param question as in the data
 * @param answer the true one
 * @param output what the model answered
 * @param cleanText probability that {@code output} is text and no gibberish, [0, 1]
 * @param rouge of {@code output} against {@code answer}
 * @param truth the right answer against wrong ones
 * @param recall what the model makes of the true answer
 * @param retrained the same sample under the model that never saw the forget set
 */
public record BenchmarkRow(
    String id,
    String set,
    String question,
    String answer,
    @Nullable String output,
    @Nullable Double cleanText,
    @Nullable Rouge rouge,
    @Nullable Truth truth,
    Recall recall,
    @Nullable Retrained retrained) {
  /**
   * Shares of the true answer's words that the output has, [0, 1], words reduced to stems.
   *
   * @param recall1 ROUGE-1
   * @param recallL ROUGE-L
   */
  public record Rouge(double recall1, double recallL) {}

  /**
   * Right against wrong answers.
   *
   * @param ratio truth ratio with the geometric mean over the wrong answers
   * @param ratioArithmetic with the arithmetic mean
   * @param amongOptions P(right) / (P(right) + Σ P(wrong))
   * @param rightProbability P(right), of the paraphrased answer on forget and retain set
   */
  public record Truth(
      double ratio, double ratioArithmetic, double amongOptions, double rightProbability) {}

  /**
   * The true answer, token by token given the true ones before.
   *
   * @param tokens labelled tokens, the end token among them
   * @param loss −ℓ̄ over all of them, nats a token
   * @param probability exp(−loss)
   * @param extractionStrength without the end token
   * @param exactMemorization without the end token; null of no other token
   * @param zlib loss by the bytes of the compressed text
   * @param minK Min-40 % without the end token, nats
   * @param minKPlusPlus Min-40 %++ without the end token, standard deviations
   * @param gradientNorm mean norm over parameter tensors, without the end token; null where it
   *     wasn't computed
   */
  public record Recall(
      int tokens,
      double loss,
      double probability,
      double extractionStrength,
      @Nullable Double exactMemorization,
      double zlib,
      double minK,
      @Nullable Double minKPlusPlus,
      @Nullable Double gradientNorm) {}

  /**
   * Under the model that never saw the forget set.
   *
   * @param truthRatio with the geometric mean; null outside the forget set
   * @param loss nats a token
   * @param minK nats
   */
  public record Retrained(@Nullable Double truthRatio, double loss, double minK) {}
}
