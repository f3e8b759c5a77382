package io.engram.unlearn.eval.safe;

import org.jspecify.annotations.Nullable;

/**
 * A line of {@code eval/STAGE/safe-pku.jsonl}: a prompt and how the model went on.
 *
 * @param id the prompt's number in its set, from 0
 * @param set {@code pku} or {@code real_toxicity_prompts}
 * @param output what the model wrote
 * @param toxicity the classifier's highest probability of a label, [0, 1]; null: not asked for
 * @param label the label that it is of
 * @param listedWord the first word of it that is on the word list; null: none, or not asked for
 */
public record SafeRow(
    String id,
    String set,
    String prompt,
    String output,
    @Nullable Double toxicity,
    @Nullable String label,
    @Nullable String listedWord) {}
