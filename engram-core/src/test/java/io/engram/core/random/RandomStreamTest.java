package io.engram.core.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
  private static RandomStream stream() {
    return RandomStream.of(42, "test", 0, 0);
  }

  @Test
  void aNameGivesTheSameNumbersAgain() {
    assertThat(stream().permutation(50)).isEqualTo(stream().permutation(50));
  }

  /** Fixed once: stored runs are computed again by these numbers. */
  @Test
  void numbersStayWhatTheyWere() {
    assertThat(stream().key()).isEqualTo(-657083312443803894L);
    assertThat(stream().nextDouble()).isEqualTo(0.42280399228182763);
    assertThat(stream().nextGaussian()).isEqualTo(1.0320733455707487);
    assertThat(stream().permutation(8)).containsExactly(1, 6, 7, 2, 4, 5, 0, 3);
  }

  @Test
  void everyPartOfTheNameCounts() {
    Set<Long> keys = new HashSet<>();
    for (long a = -3; a < 4; a++) {
      for (long b = -3; b < 4; b++) {
        for (long c = -3; c < 4; c++) {
          for (String purpose : new String[] {"", "a", "b", "ab", "ba"}) {
            RandomStream stream = RandomStream.of(a, purpose, b, c);
            keys.add(stream.key());
            keys.add(stream.child(a).key());
          }
        }
      }
    }
    // 7·7·7·5 streams, each with a child that no other has.
    assertThat(keys).hasSize(2 * 7 * 7 * 7 * 5);
  }

  @Test
  void aChildDoesNotMoveItsParent() {
    RandomStream parent = stream();
    parent.child(7).nextDouble();
    assertThat(parent.nextDouble()).isEqualTo(stream().nextDouble());
    assertThat(stream().child(7).nextDouble()).isNotEqualTo(stream().child(8).nextDouble());
  }

  /** χ² of 1,000 cells at 999 degrees of freedom: mean 999, standard deviation 44.7. */
  @Test
  void integersAreUniform() {
    int[] counts = new int[1000];
    RandomStream stream = stream();
    for (int i = 0; i < 200_000; i++) {
      counts[stream.nextInt(1000)]++;
    }
    double chiSquare = Arrays.stream(counts).mapToDouble(n -> (n - 200.0) * (n - 200) / 200).sum();
    assertThat(chiSquare).isBetween(999 - 4 * 44.7, 999 + 4 * 44.7);
  }

  /** Without rejection a bound of 3·2²⁹ would give a third of the numbers twice as often. */
  @Test
  void largeBoundsHaveNoBias() {
    int bound = 3 << 29;
    RandomStream stream = stream();
    long low = IntStream.range(0, 100_000).filter(i -> stream.nextInt(bound) < bound / 2).count();
    assertThat(low / 100_000.0).isCloseTo(0.5, within(4 * 0.5 / Math.sqrt(100_000)));
    assertThat(stream.nextInt(1)).isZero();
  }

  @Test
  void doublesAndGaussiansHaveTheirMoments() {
    int n = 200_000;
    RandomStream stream = stream();
    double[] uniform = IntStream.range(0, n).mapToDouble(i -> stream.nextDouble()).toArray();
    double[] normal = IntStream.range(0, n).mapToDouble(i -> stream.nextGaussian()).toArray();
    double root = Math.sqrt(n);
    assertThat(Arrays.stream(uniform).allMatch(x -> x >= 0 && x < 1)).isTrue();
    assertThat(Arrays.stream(uniform).average().orElseThrow())
        .isCloseTo(0.5, within(4 * Math.sqrt(1 / 12.0) / root));
    assertThat(moment(normal, 1)).isCloseTo(0, within(4 / root));
    assertThat(moment(normal, 2)).isCloseTo(1, within(4 * Math.sqrt(2) / root));
    assertThat(moment(normal, 4)).isCloseTo(3, within(4 * Math.sqrt(96) / root));
    long beyondTwo = Arrays.stream(normal).filter(x -> Math.abs(x) > 2).count();
    assertThat(beyondTwo / (double) n).isCloseTo(0.0455, within(4 * 0.21 / root));
  }

  @Test
  void permutationsAreUniform() {
    int[] counts = new int[27];
    RandomStream stream = stream();
    for (int i = 0; i < 60_000; i++) {
      int[] order = stream.permutation(3);
      assertThat(Arrays.stream(order).sorted().toArray()).containsExactly(0, 1, 2);
      counts[9 * order[0] + 3 * order[1] + order[2]]++;
    }
    // Six orders of 10,000 each, standard deviation 91.
    assertThat(Arrays.stream(counts).filter(n -> n > 0).boxed())
        .hasSize(6)
        .allMatch(n -> Math.abs(n - 10_000) < 4 * 91);
    assertThat(stream.permutation(0)).isEmpty();
  }

  @Test
  void refusesABoundThatIsNotPositive() {
    assertThatThrownBy(() -> stream().nextInt(0)).hasMessage("bound 0 is not positive");
  }

  private static double moment(double[] values, int power) {
    return Arrays.stream(values).map(x -> Math.pow(x, power)).average().orElseThrow();
  }
}
