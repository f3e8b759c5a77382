package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.unlearn.run.Batches.RetainDraws;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetainDrawsTest {
  private static final RetainDraws NEAR =
      new RetainDraws(50, List.of(new int[] {3, 7}, new int[] {7, 40, 41}), 42);

  @Test
  void aDrawGetsOneOfTheNearest() {
    Set<Integer> first = new HashSet<>();
    Set<Integer> second = new HashSet<>();
    for (int draw = 0; draw < 60; draw++) {
      first.add(NEAR.at(0, draw, 0));
      second.add(NEAR.at(0, draw, 1));
    }
    assertThat(first).containsExactlyInAnyOrder(3, 7);
    assertThat(second).containsExactlyInAnyOrder(7, 40, 41);
  }

  @Test
  void withoutASampleOrWithoutPairsItIsAny() {
    RetainDraws any = new RetainDraws(50, List.of(), 42);
    for (int draw = 0; draw < 20; draw++) {
      assertThat(NEAR.at(1, draw, RetainDraws.ANY)).isEqualTo(any.at(1, draw, 1));
    }
  }

  /** Updates without forget samples draw from all, so both kinds count. */
  @Test
  void allThatAPlanMayDrawAreKnownAtTheStart() {
    Plan plan = new Plan(4, 2, 6);
    Set<Integer> all = NEAR.all(plan);
    assertThat(all).contains(3, 7, 40, 41);
    for (int update = 0; update < 6; update++) {
      for (int draw = plan.from(update); draw < plan.to(update); draw++) {
        assertThat(all).contains(NEAR.at(plan.epoch(update), draw, RetainDraws.ANY));
        assertThat(all).contains(NEAR.at(plan.epoch(update), draw, draw % 2));
      }
    }
  }
}
