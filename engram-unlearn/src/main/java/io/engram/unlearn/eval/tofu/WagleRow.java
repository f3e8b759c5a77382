package io.engram.unlearn.eval.tofu;

/**
 * A line of {@code eval/STAGE/tofu_wagle.SET.jsonl}.
 *
 * @param id the row's number in its file, from 0
 * @param set the set's name: {@code forget}
 * @param question as in the data
 * @param answer the true one
 * @param probability exp ℓ̄ of the true answer, [0, 1]
 * @param truthRatio mean probability of the wrong answers by that of the right one, [0, 1e12]
 */
public record WagleRow(
    String id, String set, String question, String answer, double probability, double truthRatio) {}
