package io.engram.unlearn.train;

import io.engram.core.random.RandomStream;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which retain samples go with which draws: one for each, uniformly with replacement. A function of
 * the draw's name alone, so that the samples of the whole run are known at its start.
 *
 * @param size of the retain set
 * @param seed names the streams (seed, "retain", epoch, draw)
 */
record RetainDraws(int size, long seed) {
  /** The retain sample of a draw. */
  int at(int epoch, int draw) {
    return RandomStream.of(seed, "retain", epoch, draw).nextInt(size);
  }

  /** All that a plan will draw, ascending. */
  Set<Integer> all(Plan plan) {
    Set<Integer> drawn = new TreeSet<>();
    for (int update = 0; update < plan.updates(); update++) {
      for (int draw = plan.from(update); draw < plan.to(update); draw++) {
        drawn.add(at(plan.epoch(update), draw));
      }
    }
    return drawn;
  }
}
