package io.engram.unlearn.eval.memorization;

import org.jspecify.annotations.Nullable;

/**
 * A line of {@code eval/STAGE/memorization.jsonl}: how much of one sample the model holds.
 *
 * @param id the sample's
 * @param places tokens that the model had to come to: the answer's, or all of a text but the first
 * @param ma memorization accuracy, [0, 1]; null where a log-probability is no number
 * @param el10 extraction likelihood EL_10, [0, 1]; null there, and where there are fewer than ten
 *     places
 */
public record MemorizationRow(String id, int places, @Nullable Double ma, @Nullable Double el10) {}
