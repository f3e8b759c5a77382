package io.engram.unlearn.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.mrd.MrdEstimate;
import io.engram.unlearn.mrd.NoisyScorer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreliminaryTest {
  private static double of(double[] original, double[] perturbed) {
    NoisyScorer scorer = (samples, noise, scale) -> List.of(scale == 0 ? original : perturbed);
    return measure(scorer, 1, 1)[0];
  }

  private static double[] measure(NoisyScorer scorer, int samples, int epoch) {
    return Estimates.run(new Preliminary(0.1, Scope.ANSWER), scorer, samples, 9, epoch)
        .estimates()
        .stream()
        .mapToDouble(MrdEstimate::mrd)
        .toArray();
  }

  @Test
  void isTheAbsoluteChangeOfTheSum() {
    assertThat(of(new double[] {-1, -2}, new double[] {-2.5, -1})).isEqualTo(0.5);
    assertThat(of(new double[] {-2.5, -1}, new double[] {-1, -2})).isEqualTo(0.5);
    assertThatThrownBy(() -> of(new double[] {-1}, new double[2]))
        .hasMessage("2 perturbed log-probabilities for 1 tokens");
  }

  @Test
  void takesOneDrawForAllSamples() {
    NoisyScorer scorer =
        (samples, noise, scale) -> {
          double change = scale * noise.nextGaussian();
          return List.of(new double[] {-1 - change}, new double[] {-3, -4 - change});
        };
    double[] found = measure(scorer, 2, 0);
    assertThat(found[0]).isPositive().isLessThan(0.6);
    assertThat(found[1]).isCloseTo(found[0], org.assertj.core.api.Assertions.within(1e-12));
    assertThat(measure(scorer, 2, 0)).containsExactly(found);
    assertThat(measure(scorer, 2, 1)).isNotEqualTo(found);
  }
}
