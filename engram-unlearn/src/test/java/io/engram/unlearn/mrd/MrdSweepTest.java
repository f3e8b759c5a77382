package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.unlearn.mrd.EstimatorSection.Absolute;
import io.engram.unlearn.mrd.EstimatorSection.EstimatorName;
import io.engram.unlearn.mrd.EstimatorSection.Tokens;
import io.engram.unlearn.mrd.MrdSweep.AtSigma;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MrdSweepTest {
  private static MrdSettings settings(double sigma, int draws) {
    return new MrdSettings(sigma, draws, Absolute.OUTSIDE, Tokens.MEAN, 1e-6);
  }

  private static AtSigma sweep(
      EstimatorName name, NoisyScorer scorer, int samples, MrdSettings most, Integer... draws) {
    DrawSource source = MrdEstimator.named(name).draws(scorer, samples, most, 3, 0);
    return MrdSweep.at(source, most, List.of(draws), new double[samples], ProgressListener.NONE);
  }

  @Test
  void fewerDrawsAreTheFirstOnesByHand() {
    // ℓ = −1, then −1.2, −1.6, NaN, −1.4: r = ℓ/ℓ₀ less 1 with its sign, −0.2, −0.6, NaN, −0.4.
    double[] perturbed = {-1, -1.2, -1.6, Double.NaN, -1.4};
    AtomicInteger passes = new AtomicInteger();
    NoisyScorer scorer =
        (chosen, noise, scale) -> List.of(new double[] {perturbed[passes.getAndIncrement()]});
    AtSigma found = sweep(EstimatorName.SHARED, scorer, 1, settings(0.1, 4), 1, 2, 3, 4);
    assertThat(passes).hasValue(5);
    assertThat(found.mrd(1)[0]).isCloseTo(0.2, within(1e-12));
    assertThat(found.mrd(2)[0]).isCloseTo(0.4, within(1e-12));
    assertThat(found.mrd(3)[0]).isCloseTo(0.4, within(1e-12));
    assertThat(found.mrd(4)[0]).isCloseTo(0.4, within(1e-12));
    // Values 0.2 and 0.6: variance 0.08, error √(0.08/2). With 0.4: variance 0.04, error √(0.04/3).
    assertThat(found.of(1).get(0).standardError()).isNaN();
    assertThat(found.of(2).get(0).standardError()).isCloseTo(0.2, within(1e-12));
    assertThat(found.of(4).get(0).standardError()).isCloseTo(Math.sqrt(0.04 / 3), within(1e-12));
    assertThat(found.nonFinite()).isEqualTo(1);
    assertThat(found.rows(List.of("a")))
        .hasSize(4)
        .first()
        .extracting(MrdSweep.Row::id, MrdSweep.Row::sigma, MrdSweep.Row::draws)
        .containsExactly("a", 0.1, 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = EstimatorName.class,
      names = {"ANTITHETIC", "PAPER", "SHARED"})
  void fewerDrawsAreAMeasurementWithFewer(EstimatorName name) {
    QuadraticModel model = new QuadraticModel(4, 12, 0.5);
    AtSigma found = sweep(name, model, 4, settings(0.1, 12), 3, 6);
    assertThat(found.estimates().containsKey(3)).isEqualTo(name != EstimatorName.ANTITHETIC);
    assertThat(found.of(6))
        .isEqualTo(
            MrdEstimator.named(name)
                .estimate(model, 4, settings(0.1, 6), 3, 0, ProgressListener.NONE));
  }

  @Test
  void pairsOfAQuadraticModelGrowAsSigmaSquared() {
    QuadraticModel model = new QuadraticModel(4, 12, 0.5);
    AtSigma low = sweep(EstimatorName.ANTITHETIC, model, 4, settings(0.01, 8));
    AtSigma high = sweep(EstimatorName.ANTITHETIC, model, 4, settings(0.1, 8));
    assertThat(SweepSummary.slope(low, high)).isCloseTo(2, within(1e-6));
    assertThat(SweepSummary.tau(low.mrd(8), high.mrd(8))).isEqualTo(1);
  }

  @Test
  void aSigmaBelowTheFloorIsMarkedAndOneWithoutANumberIsNot() {
    NoisyScorer constant = (chosen, noise, scale) -> List.of(new double[] {scale == 0 ? -1 : -1.5});
    DrawSource source = new SharedEstimator().draws(constant, 1, settings(1, 2), 3, 0);
    List<Integer> draws = List.of(2);
    ProgressListener none = ProgressListener.NONE;
    // MRD 0.5 against 10 times the floor.
    assertThat(MrdSweep.at(source, settings(1, 2), draws, new double[] {0.06}, none).belowFloor())
        .isTrue();
    assertThat(MrdSweep.at(source, settings(1, 2), draws, new double[] {0.04}, none).belowFloor())
        .isFalse();
    NoisyScorer broken =
        (chosen, noise, scale) -> List.of(new double[] {scale == 0 ? -1 : Double.NaN});
    AtSigma lost = sweep(EstimatorName.SHARED, broken, 1, settings(1, 3));
    assertThat(lost.belowFloor()).isFalse();
    assertThat(lost.nonFinite()).isEqualTo(3);
    assertThat(lost.mrd(3)).containsExactly(Double.NaN);
  }

  @Test
  void summariesByHand() {
    AtSigma low = at(0.1, 1, 2, 3, Double.NaN);
    AtSigma high = at(1, 50, 200, 1000, 4);
    assertThat(SweepSummary.median(low.mrd(2))).isEqualTo(2);
    // (50 + 200)/2 = 125 over 2, in one power of ten.
    assertThat(SweepSummary.slope(low, high)).isCloseTo(Math.log10(62.5), within(1e-12));
    // Each standard error is 0.5: 0.5, 0.25, 0.1667.
    assertThat(SweepSummary.relativeError(low, 2)).isEqualTo(0.25);
    assertThat(SweepSummary.tau(low.mrd(2), high.mrd(2))).isEqualTo(1);
    assertThat(SweepSummary.tau(new double[] {1, 2, 3}, new double[] {1, 3, 2}))
        .isCloseTo(1 / 3.0, within(1e-12));
    assertThat(SweepSummary.tau(new double[] {1}, new double[] {1})).isNaN();
  }

  private static AtSigma at(double sigma, double... mrd) {
    TreeMap<Integer, List<MrdEstimate>> estimates = new TreeMap<>();
    estimates.put(
        2,
        IntStream.range(0, mrd.length)
            .mapToObj(i -> new MrdEstimate(mrd[i], 0.5, 2, 1, 0, 0))
            .toList());
    return new AtSigma(sigma, false, estimates);
  }
}
