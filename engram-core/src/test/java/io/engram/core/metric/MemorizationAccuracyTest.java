package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemorizationAccuracyTest {
  @Test
  void isTheShareOfPlacesWhereTheFirstChoiceIsTheText() {
    assertThat(MemorizationAccuracy.of(new boolean[] {true, false, true, true})).isEqualTo(0.75);
    assertThat(MemorizationAccuracy.of(new boolean[] {true})).isEqualTo(1);
    assertThat(MemorizationAccuracy.of(new boolean[] {false, false})).isZero();
    assertThat(MemorizationAccuracy.of(new boolean[0])).isNaN();
  }
}
