package io.engram.unlearn.study;

import java.util.Map;

/**
 * A sample, or a group of samples, of a study: a line of {@code difficulty.jsonl}.
 *
 * @param id the sample's, or the group's number
 * @param tokens labelled tokens
 * @param scores by name, from before anything was unlearned; of a group, means over its samples
 * @param updates needed, by criterion; missing where it wasn't met
 * @param change mean |θ − θ_0| when the first criterion was met, or where it wasn't that at the end
 * @param changes the same by criterion; missing where it wasn't met
 */
public record DifficultyRow(
    String id,
    int tokens,
    Map<String, Double> scores,
    Map<String, Double> updates,
    double change,
    Map<String, Double> changes) {}
