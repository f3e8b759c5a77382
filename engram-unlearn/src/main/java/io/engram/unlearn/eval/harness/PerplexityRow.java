package io.engram.unlearn.eval.harness;

/**
 * A line of {@code eval/STAGE/harness_wikitext.jsonl}.
 *
 * @param id the page's number, from 0
 * @param logProb of the whole page, nats
 * @param words of the page as it was tokenised
 * @param bytes of the same in UTF-8
 * @param tokens of the page as the model reads it
 * @param windows in how many passes
 */
public record PerplexityRow(
    String id, double logProb, int words, int bytes, int tokens, int windows) {}
