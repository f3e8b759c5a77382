package io.engram.unlearn.train;

/**
 * How a run ended.
 *
 * @param status {@code done}, or {@code interrupted} where it can be resumed
 * @param updates updates made in all
 * @param seconds from start, or resumption, to end
 */
public record Outcome(String status, int updates, double seconds) {}
