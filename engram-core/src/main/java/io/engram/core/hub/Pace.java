package io.engram.core.hub;

import java.time.Duration;

/**
 * How patient a client is.
 *
 * @param attempts how often something that brings nothing is tried
 * @param firstWait before the second attempt; doubled each time
 * @param longestWait what a server may ask for at most with Retry-After
 * @param connect for a connection, and again for the first answer
 * @param stall in which an answer must bring at least {@link #LEAST_BYTES}
 * @param answer for a whole answer of the hub's API
 */
record Pace(
    int attempts,
    Duration firstWait,
    Duration longestWait,
    Duration connect,
    Duration stall,
    Duration answer) {
  /** What counts as going on. */
  static final long LEAST_BYTES = 1024;

  /** For people. */
  static final Pace USUAL =
      new Pace(
          5,
          Duration.ofSeconds(1),
          Duration.ofSeconds(90),
          Duration.ofSeconds(20),
          Duration.ofSeconds(30),
          Duration.ofMinutes(3));

  /** Before attempt {@code number}, counted from 1 for the second one. */
  Duration wait(int number) {
    return firstWait.multipliedBy(1L << Math.min(number - 1, 10));
  }
}
