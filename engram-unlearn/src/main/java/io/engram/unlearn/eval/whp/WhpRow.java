package io.engram.unlearn.eval.whp;

/**
 * A line of {@code eval/STAGE/whp-seen.jsonl}: one excerpt under one instruction.
 *
 * @param id the excerpt's id and the instruction's number, from 1: {@code 17/2}
 * @param set {@code seen} or {@code unseen}
 * @param excerpt the passage's number in the book, from 0
 * @param question instruction and excerpt
 * @param answer what the book goes on with
 * @param output what the model went on with
 * @param rougeRecall ROUGE-L recall of {@code output} against {@code answer}, [0, 1]
 * @param bleu of {@code output} against {@code answer}, [0, 100]
 */
public record WhpRow(
    String id,
    String set,
    String excerpt,
    String question,
    String answer,
    String output,
    double rougeRecall,
    double bleu) {}
