package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PartitionsTest {
  /** Graham's example of LPT at its bound: 5 5 4 4 3 3 3 on three machines take 11 of 9. */
  @Test
  void theLongestComesFirstAndGoesWhereLeastIs() {
    long[] tokens = {3, 5, 4, 3, 5, 4, 3};
    List<int[]> partitions = Partitions.byTokens(tokens, 3);
    assertThat(partitions).containsExactly(new int[] {0, 1, 6}, new int[] {3, 4}, new int[] {2, 5});
    assertThat(partitions.stream().map(p -> Partitions.tokens(tokens, p)))
        .containsExactly(11L, 8L, 8L);
  }

  @Test
  void oneLongSampleDoesNotWaitForOthers() {
    long[] tokens = new long[1001];
    Arrays.fill(tokens, 10);
    tokens[500] = 5000;
    List<int[]> partitions = Partitions.byTokens(tokens, 3);
    assertThat(partitions.get(0)).containsExactly(500);
    assertThat(Partitions.tokens(tokens, partitions.get(1))).isEqualTo(5000);
    assertThat(Partitions.tokens(tokens, partitions.get(2))).isEqualTo(5000);
  }

  @Test
  void everyBatchIsInOnePartition() {
    long[] tokens = IntStream.range(0, 57).mapToLong(i -> 1 + i * 37L % 101).toArray();
    for (int most : new int[] {1, 2, 8, 57, 100}) {
      List<int[]> partitions = Partitions.byTokens(tokens, most);
      assertThat(partitions).hasSizeLessThanOrEqualTo(most).allMatch(p -> p.length > 0);
      assertThat(partitions.stream().flatMapToInt(Arrays::stream).sorted().toArray())
          .isEqualTo(IntStream.range(0, 57).toArray());
    }
    assertThat(Partitions.byTokens(new long[0], 4)).isEmpty();
  }
}
