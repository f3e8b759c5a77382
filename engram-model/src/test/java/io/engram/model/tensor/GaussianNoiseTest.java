package io.engram.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.random.RandomStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GaussianNoiseTest {
  @BeforeAll
  static void load() {
    Torch.load();
  }

  private static double[] noise(int size, long index) {
    try (PointerScope scope = new PointerScope()) {
      Tensor zero = torch.zeros(new long[] {size}, Tensors.options(ScalarType.Float));
      GaussianNoise.add(zero, RandomStream.of(1, "test", 0, index), 1);
      return Tensors.toDoubles(zero);
    }
  }

  @Test
  void momentsAreThoseOfAStandardNormal() {
    double[] z = noise(1_000_000, 0);
    double n = z.length;
    // Standard errors at n = 1e6: mean 1e-3, variance 1.4e-3, skewness 2.4e-3, kurtosis 4.9e-3.
    assertThat(Arrays.stream(z).sum() / n).isCloseTo(0, within(4e-3));
    assertThat(Arrays.stream(z).map(x -> x * x).sum() / n).isCloseTo(1, within(6e-3));
    assertThat(Arrays.stream(z).map(x -> x * x * x).sum() / n).isCloseTo(0, within(1.6e-2));
    assertThat(Arrays.stream(z).map(x -> x * x * x * x).sum() / n).isCloseTo(3, within(4e-2));
    assertThat(Arrays.stream(z).filter(x -> x > 1.959964).count() / n)
        .isCloseTo(0.025, within(7e-4));
  }

  @Test
  void aNumberDependsOnItsNameAlone() {
    assertThat(noise(1000, 3)).containsExactly(noise(1000, 3));
    assertThat(noise(1000, 3)[0]).isNotEqualTo(noise(1000, 4)[0]);
  }

  @Test
  void neighboursAreUncorrelated() {
    double[] z = noise(1_000_000, 5);
    for (int lag : new int[] {1, 2, 4, 500_000}) {
      double sum = 0;
      for (int i = lag; i < z.length; i++) {
        sum += z[i] * z[i - lag];
      }
      assertThat(sum / (z.length - lag)).isCloseTo(0, within(6e-3));
    }
  }

  @Test
  void aNumberDoesNotDependOnTheSizeNorOnItsNeighbours() {
    double[] all = noise(100_003, 7);
    assertThat(noise(20_001, 7)).containsExactly(Arrays.copyOf(all, 20_001));
    List<RandomStream> streams =
        IntStream.of(6, 7, 8).mapToObj(i -> RandomStream.of(1, "test", 0, i)).toList();
    for (int count : new int[] {1, 5, 20_001}) {
      try (PointerScope scope = new PointerScope()) {
        double[] rows = Tensors.toDoubles(GaussianNoise.rows(streams, count, Device.CPU).view(-1));
        assertThat(Arrays.copyOfRange(rows, count, 2 * count))
            .containsExactly(Arrays.copyOf(all, count));
        assertThat(Arrays.copyOfRange(rows, 2 * count, 3 * count)).containsExactly(noise(count, 8));
      }
    }
  }
}
