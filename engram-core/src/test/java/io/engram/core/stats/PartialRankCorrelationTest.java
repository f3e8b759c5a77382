package io.engram.core.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class PartialRankCorrelationTest {
  @Test
  void equalsTheInverseOfTheRanksCorrelationMatrix() {
    for (JsonNode golden : Golden.json("partial_spearman.json").path("cases")) {
      double[][] controls =
          golden.path("controls").valueStream().map(Golden::doubles).toArray(double[][]::new);
      double rho =
          RankCorrelation.partialSpearman(
              Golden.doubles(golden.path("x")), Golden.doubles(golden.path("y")), controls);
      assertThat(rho).isCloseTo(golden.path("rho").asDouble(), within(1e-10));
    }
  }

  /**
   * n = 4 and Σd² = 2, 2 and 4: ρ_xy = ρ_xz = 1 − 12/60 = 0.8, ρ_yz = 1 − 24/60 = 0.6. With one
   * control ρ = (ρ_xy − ρ_xz ρ_yz) / √((1 − ρ_xz²)(1 − ρ_yz²)) = (0.8 − 0.48) / (0.6 · 0.8).
   */
  @Test
  void oneControlByHand() {
    double[] x = {1, 2, 3, 4};
    double[] y = {10, 20, 40, 30};
    double[] z = {-2, -3, 0, 7};
    assertThat(RankCorrelation.partialSpearman(x, y, z)).isCloseTo(0.32 / 0.48, within(1e-12));
  }

  @Test
  void aConstantControlHoldsNothing() {
    double[] x = {1, 2, 3, 4, 5};
    double[] y = {2, 1, 4, 3, 5};
    double[] z = {5, 1, 2, 2, 9};
    double[] constant = {7, 7, 7, 7, 7};
    assertThat(RankCorrelation.partialSpearman(x, y, constant))
        .isEqualTo(RankCorrelation.spearman(x, y));
    assertThat(RankCorrelation.partialSpearman(x, y, constant, z))
        .isEqualTo(RankCorrelation.partialSpearman(x, y, z));
  }

  @Test
  void aControlThatOthersDetermineChangesNothing() {
    double[] x = {1, 2, 3, 4, 5, 6};
    double[] y = {2, 1, 4, 3, 6, 5};
    double[] z = {5, 1, 2, 2, 9, 4};
    double[] falling = {-5, -1, -2, -2, -9, -4};
    assertThat(RankCorrelation.partialSpearman(x, y, z, falling))
        .isEqualTo(RankCorrelation.partialSpearman(x, y, z));
  }

  @Test
  void whereNothingIsLeftThereIsNoCorrelation() {
    double[] x = {1, 2, 3, 4, 5};
    double[] y = {2, 1, 4, 3, 5};
    assertThat(RankCorrelation.partialSpearman(x, y, new double[] {1, 8, 27, 64, 125})).isNaN();
    assertThat(RankCorrelation.partialSpearman(x, y, new double[] {-2, -1, -4, -3, -5})).isNaN();
    assertThat(RankCorrelation.partialSpearman(x, new double[5], new double[] {1, 3, 2, 5, 4}))
        .isNaN();
  }

  /** With one control three pairs are one degree of freedom short; with two, four. */
  @Test
  void tooFewPairsHaveNone() {
    double[] z = {3, 1, 2};
    assertThat(RankCorrelation.partialSpearman(new double[] {1, 2, 3}, new double[] {1, 3, 2}, z))
        .isNaN();
    double[] x = {1, 2, 3, 4};
    assertThat(
            RankCorrelation.partialSpearman(
                x, new double[] {1, 3, 2, 4}, new double[] {4, 1, 2, 3}, new double[] {2, 1, 4, 3}))
        .isNaN();
  }

  @Test
  void nanHasNoRank() {
    double[] x = {1, 2, 3, 4};
    assertThatThrownBy(
            () -> RankCorrelation.partialSpearman(x, x, new double[] {1, Double.NaN, 2, 3}))
        .hasMessage("a value is NaN: it has no rank");
  }
}
