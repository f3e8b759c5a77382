package io.engram.unlearn.eval.benchmark;

/** A question with one of its answers, right or wrong: what is scored once. */
record AnswerPair(String question, String answer) {}
