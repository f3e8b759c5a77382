package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.random.RandomStream;
import io.engram.unlearn.mrd.MrdMeasurement.PlainOnce;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlainOnceTest {
  private final List<String> asked = new ArrayList<>();
  private final NoisyScorer once =
      new PlainOnce(
          (samples, noise, scale) -> {
            asked.add(Arrays.toString(samples) + " at " + scale);
            return Arrays.stream(samples).mapToObj(i -> new double[] {-i - scale}).toList();
          });

  @Test
  void theFirstAnswerWithoutNoiseIsKept() {
    assertThat(ask(0, 0, 1, 2)).isEqualTo(ask(0, 0, 1, 2)).containsExactly(0, -1, -2);
    assertThat(ask(0, 2)).containsExactly(-2);
    assertThat(ask(0, 0, 1, 2)).containsExactly(0, -1, -2);
    assertThat(asked).containsExactly("[0, 1, 2] at 0.0", "[2] at 0.0");
  }

  @Test
  void noiseIsDrawnEachTime() {
    ask(0.5, 1);
    assertThat(ask(0.5, 1)).containsExactly(-1.5);
    once.pair(new int[] {1}, () -> RandomStream.of(1, "p", 0, 0), 0.5);
    assertThat(asked).containsExactly("[1] at 0.5", "[1] at 0.5", "[1] at 0.5", "[1] at -0.5");
  }

  private double[] ask(double scale, int... samples) {
    return once.logProbs(samples, RandomStream.of(1, "t", 0, 0), scale).stream()
        .mapToDouble(sample -> sample[0])
        .toArray();
  }
}
