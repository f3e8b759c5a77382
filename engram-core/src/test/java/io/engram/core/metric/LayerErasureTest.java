package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LayerErasureTest {
  /**
   * Layer 1 says nothing (0.04), layer 2 keeps all, layer 3 lost half, layer 4 more than needed: (0
   * + 0.5 + 2) / (1 + 1 + 2).
   */
  @Test
  void isTheShareOfWhatARetrainedModelLacks() {
    double[] retrained = {0.04, 1, 1, 2};
    double[] unlearned = {3, -1, 0.5, 9};
    assertThat(LayerErasure.of(retrained, unlearned)).isCloseTo(2.5 / 4, within(1e-12));
    assertThat(LayerErasure.of(retrained, retrained)).isOne();
    assertThat(LayerErasure.of(retrained, new double[4])).isZero();
  }

  @Test
  void isNotANumberIfARetrainedModelLacksNothing() {
    assertThat(LayerErasure.of(new double[] {0.05, -1}, new double[] {1, 1})).isNaN();
  }
}
