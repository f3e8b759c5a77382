package io.engram.unlearn.eval.harness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code eval/STAGE/harness_TASK.jsonl}: what a document's choices got.
 *
 * @param id the row's number in its set, from 0
 * @param part the set, where the task has several: an MMLU subject
 * @param logProbs log-probability of each choice, nats
 * @param picked the choice with the highest; −1: none is a number
 * @param pickedNorm the choice with the highest by length; null: not measured
 * @param target the right choice, the first of several
 * @param acc 1 or 0; of truthfulqa_mc2 the share of probability, [0, 1]
 * @param accNorm 1 or 0; null: not measured
 * @param cut tokens that were left out of its context so that it fits the window
 */
public record HarnessRow(
    String id,
    @Nullable String part,
    List<Double> logProbs,
    int picked,
    @Nullable Integer pickedNorm,
    int target,
    double acc,
    @Nullable Double accNorm,
    int cut) {}
