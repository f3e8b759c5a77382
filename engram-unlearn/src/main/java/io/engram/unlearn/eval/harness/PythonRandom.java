package io.engram.unlearn.eval.harness;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hipparchus.random.MersenneTwister;

/**
 * Draws what Python's {@code random.Random(seed)} draws, so that questions get the same examples as
 * in lm-evaluation-harness.
 */
final class PythonRandom {
  private final MersenneTwister bits;

  PythonRandom(int seed) {
    this.bits = new MersenneTwister(new int[] {seed});
  }

  /** {@code sample(rows, count)}. */
  <T> List<T> sample(List<T> rows, int count) {
    return Arrays.stream(sample(rows.size(), count)).mapToObj(rows::get).toList();
  }

  /**
   * {@code sample(range(population), count)}: places without repetition, in the order drawn.
   *
   * <p><b>Source:</b> CPython, {@code Lib/random.py}: few of many by rejection, otherwise from a
   * pool that shrinks.
   *
   * @param count at most {@code population}
   */
  int[] sample(int population, int count) {
    int[] chosen = new int[count];
    double setSize = 21;
    if (count > 5) {
      setSize += Math.pow(4, Math.ceil(Math.log(count * 3) / Math.log(4)));
    }
    if (population <= setSize) {
      int[] pool = new int[population];
      for (int i = 0; i < population; i++) {
        pool[i] = i;
      }
      for (int i = 0; i < count; i++) {
        int place = below(population - i);
        chosen[i] = pool[place];
        pool[place] = pool[population - i - 1];
      }
      return chosen;
    }
    Set<Integer> taken = new HashSet<>();
    for (int i = 0; i < count; i++) {
      int place = below(population);
      while (!taken.add(place)) {
        place = below(population);
      }
      chosen[i] = place;
    }
    return chosen;
  }

  /** {@code randrange(n)}: as many bits as n has, until they are below n. */
  private int below(int n) {
    int shift = Integer.numberOfLeadingZeros(n);
    int drawn = bits.nextInt() >>> shift;
    while (drawn >= n) {
      drawn = bits.nextInt() >>> shift;
    }
    return drawn;
  }
}
