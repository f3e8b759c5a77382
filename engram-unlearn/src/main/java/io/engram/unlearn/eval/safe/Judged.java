package io.engram.unlearn.eval.safe;

/**
 * What a classifier says of a text.
 *
 * @param label the most probable label
 * @param score its probability, [0, 1]
 */
record Judged(String label, double score) {}
