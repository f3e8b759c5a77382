package io.engram.unlearn.eval;

/** A question with one of its answers, right or wrong: what is scored once. */
public record AnswerPair(String question, String answer) {}
