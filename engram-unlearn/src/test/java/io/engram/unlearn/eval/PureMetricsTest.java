package io.engram.unlearn.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.stats.MeanWithError;
import java.util.List;
import org.junit.jupiter.api.Test;

class PureMetricsTest {
  @Test
  void accuracyHasABinomialError() {
    MeanWithError accuracy = Means.accuracy(List.of(true, false, true, true));
    assertThat(accuracy.mean()).isEqualTo(0.75);
    assertThat(accuracy.standardError()).isCloseTo(Math.sqrt(0.75 * 0.25 / 4), within(1e-15));
    assertThat(accuracy.n()).isEqualTo(4);
    assertThat(Means.complement(accuracy).mean()).isEqualTo(0.25);
    assertThat(Means.complement(accuracy).standardError()).isEqualTo(accuracy.standardError());
    assertThat(Means.accuracy(List.of()).mean()).isNaN();
  }

  @Test
  void membershipAucHasDeLongsError() {
    MeanWithError auc = MembershipInference.auc(new double[] {3, 1, 4}, new double[] {2, 1, 0});
    // Positives beat 3, 1.5 and 3 of 3 negatives.
    assertThat(auc.mean()).isCloseTo(7.5 / 9, within(1e-15));
    // Placements of positives 1, ½, 1: variance 1/12. Of negatives 2/3, 5/6, 1: variance 1/36.
    assertThat(auc.standardError()).isCloseTo(Math.sqrt((1.0 / 12 + 1.0 / 36) / 3), within(1e-12));
    assertThat(auc.n()).isEqualTo(6);
  }

  @Test
  void membershipAucOfSeparatedAndMissingSets() {
    assertThat(MembershipInference.auc(new double[] {5, 6}, new double[] {1, 2}))
        .isEqualTo(new MeanWithError(1, 0, 4));
    assertThat(MembershipInference.auc(new double[0], new double[] {1, 2}).mean()).isNaN();
    assertThat(MembershipInference.auc(new double[] {5}, new double[] {1, 2}).standardError())
        .isNaN();
  }
}
