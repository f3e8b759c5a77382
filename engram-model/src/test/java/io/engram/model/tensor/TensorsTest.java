package io.engram.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TensorsTest {
  private static Tensor four(double value) {
    return torch.full(new long[] {4}, new Scalar(value)).to(ScalarType.Float);
  }

  /** Four times 1e25: the squares are beyond float32, the norm of 2e25 isn't. */
  @Test
  void theNormOfHugeNumbersIsANumber() {
    try (PointerScope scope = new PointerScope()) {
      assertThat(Tensors.norm(four(1e25)) / 2e25).isCloseTo(1, within(1e-6));
      assertThat(Tensors.norm(four(1.5))).isEqualTo(3);
      assertThat(Tensors.norm(four(Double.POSITIVE_INFINITY))).isInfinite();
      assertThat(Tensors.norm(four(Double.NaN))).isNaN();
    }
  }
}
