package io.engram.unlearn.eval;

import org.jspecify.annotations.Nullable;

/**
 * A line of {@code eval/STAGE/SET.jsonl}: what was measured of one sample. What a set doesn't
 * measure is null.
 *
 * @param id the row's number in its file, from 0
 * @param set the set's name: {@code forget}
 * @param question as in the data
 * @param answer the true one
 * @param output what the model answered
 * @param rougeRecall ROUGE-L recall of {@code output} against {@code answer}, [0, 1]
 * @param correct whether the model knows the answer, by {@code judgedBy}
 * @param judgedBy what decided that: the sentence encoder's name, or {@code containment}
 * @param paraphrasedQuestion the question in other words
 * @param paraphrasedOutput what the model answered to it; what the encoder judges
 * @param closestAnswer the candidate nearest to it in meaning
 * @param minK Min-K % score of question and true answer, nats; high: unlikely under the model,
 *     infinite: excluded by it; null also where it is not a number
 */
public record EvaluationRow(
    String id,
    String set,
    String question,
    String answer,
    String output,
    @Nullable Double rougeRecall,
    @Nullable Boolean correct,
    @Nullable String judgedBy,
    @Nullable String paraphrasedQuestion,
    @Nullable String paraphrasedOutput,
    @Nullable String closestAnswer,
    @Nullable Double minK) {}
