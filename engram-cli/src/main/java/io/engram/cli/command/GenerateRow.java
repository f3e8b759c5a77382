package io.engram.cli.command;

/**
 * A line of {@code answers.jsonl}.
 *
 * @param id the sample's
 * @param prompt what generation started from
 * @param output what the model wrote, without the end token
 * @param tokens how many tokens that is
 * @param stopped {@code eos} or {@code limit}
 */
record GenerateRow(String id, String prompt, String output, int tokens, String stopped) {}
