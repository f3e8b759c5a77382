package io.engram.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenTreeTest {
  /** 5 6 7; 5 6; 5 8 9 9; 3: in the order of their tokens 3 | 5 6 | 7 | 8 9 9. */
  @Test
  void mergesWhatBeginsAlike() {
    TokenTree tree =
        TokenTree.of(
            List.of(new int[] {5, 6, 7}, new int[] {5, 6}, new int[] {5, 8, 9, 9}, new int[] {3}),
            new int[] {1, 1, 0, 0});
    assertThat(tree.ids()).containsExactly(3, 5, 6, 7, 8, 9, 9);
    assertThat(tree.depths()).containsExactly(0, 0, 1, 2, 1, 2, 3);
    assertThat(tree.parents()).containsExactly(-1, -1, 1, 2, 1, 4, 5);
    assertThat(tree.ends()).containsExactly(1, 7, 4, 4, 7, 7, 7);
    assertThat(tree.wanted()[0]).containsExactly(2, 3);
    assertThat(tree.wanted()[1]).containsExactly(2);
    assertThat(tree.wanted()[2]).containsExactly(1, 4, 5, 6);
    assertThat(tree.wanted()[3]).containsExactly(0);
    assertThat(tree.longest()).isEqualTo(4);
    assertThat(tree.pathTo(6)).containsExactly(1, 4, 5);
    assertThat(tree.pathTo(1)).isEmpty();
  }

  @Test
  void equalSequencesAreOne() {
    TokenTree tree = TokenTree.of(List.of(new int[] {1, 2}, new int[] {1, 2}), new int[] {0, 1});
    assertThat(tree.rows()).isEqualTo(2);
    assertThat(tree.wanted()[0]).containsExactly(0, 1);
    assertThat(tree.wanted()[1]).containsExactly(1);
  }

  /** With two rows carried, rows 0 and 2 of the path lie first, the batch's own after them. */
  @Test
  void placesAmongTheKeys() {
    TokenTree tree =
        TokenTree.of(
            List.of(new int[] {1, 2, 3}, new int[] {1, 2, 4}, new int[] {1, 2, 5}),
            new int[] {0, 0, 0});
    assertThat(TreePass.TreeRun.places(new int[] {0, 1, 3, 4}, 3, tree))
        .containsExactly(0, 1, 2, 3);
  }

  /** Eight rows, four a part; that 5 is computed twice is less than a tenth only of many. */
  @Test
  void dividesWhatHasLittleInCommon() {
    List<int[]> apart =
        List.of(new int[] {9, 1, 2}, new int[] {3, 1}, new int[] {3, 2, 4}, new int[] {9, 1, 4});
    List<int[]> parts = TokenTree.parts(apart, 2);
    assertThat(parts).hasSize(2);
    assertThat(parts.get(0)).containsExactly(1, 2);
    assertThat(parts.get(1)).containsExactly(0, 3);
    List<int[]> alike = List.of(new int[] {5, 1, 1, 1}, new int[] {5, 2, 2, 2}, new int[] {5, 3});
    assertThat(TokenTree.parts(alike, 2)).hasSize(1);
    assertThat(TokenTree.parts(alike, 1)).hasSize(1);
    int[] left = IntStream.range(0, 10).map(t -> t == 0 ? 5 : 100 + t).toArray();
    int[] right = IntStream.range(0, 10).map(t -> t == 0 ? 5 : 200 + t).toArray();
    List<int[]> most = TokenTree.parts(List.of(right, left), 2);
    assertThat(most).hasSize(2);
    assertThat(most.get(0)).containsExactly(1);
    assertThat(most.get(1)).containsExactly(0);
  }
}
