package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.unlearn.difficulty.Estimates;
import io.engram.unlearn.difficulty.MrdScore;
import io.engram.unlearn.mrd.MrdSweep.AtSigma;
import io.engram.unlearn.mrd.RelativeChange.Absolute;
import io.engram.unlearn.mrd.RelativeChange.Tokens;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MrdSweepTest {
  private static MrdScore mrd(String name, double sigma, int draws) {
    return Estimates.mrd(name, sigma, draws, Absolute.OUTSIDE, Tokens.MEAN);
  }

  private static AtSigma sweep(
      String name, NoisyScorer scorer, int samples, double sigma, int most, Integer... draws) {
    MrdScore estimator = mrd(name, sigma, most);
    DrawSource source = estimator.source(Estimates.request(estimator, scorer, samples, 3, 0));
    return MrdSweep.at(
        source, sigma, most, List.of(draws), new double[samples], ProgressListener.NONE);
  }

  @Test
  void fewerDrawsAreTheFirstOnesByHand() {
    // ℓ = −1, then −1.2, −1.6, NaN, −1.4: r = ℓ/ℓ₀ less 1 with its sign, −0.2, −0.6, NaN, −0.4.
    double[] perturbed = {-1, -1.2, -1.6, Double.NaN, -1.4};
    AtomicInteger passes = new AtomicInteger();
    NoisyScorer scorer =
        (chosen, noise, scale) -> List.of(new double[] {perturbed[passes.getAndIncrement()]});
    AtSigma found = sweep("shared", scorer, 1, 0.1, 4, 1, 2, 3, 4);
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
  @ValueSource(strings = {"antithetic", "paper", "shared"})
  void fewerDrawsAreAMeasurementWithFewer(String name) {
    QuadraticModel model = new QuadraticModel(4, 12, 0.5);
    AtSigma found = sweep(name, model, 4, 0.1, 12, 3, 6);
    assertThat(found.estimates().containsKey(3)).isEqualTo(!name.equals("antithetic"));
    assertThat(found.of(6)).isEqualTo(Estimates.of(mrd(name, 0.1, 6), model, 4, 3));
  }

  @Test
  void pairsOfAQuadraticModelGrowAsSigmaSquared() {
    QuadraticModel model = new QuadraticModel(4, 12, 0.5);
    AtSigma low = sweep("antithetic", model, 4, 0.01, 8);
    AtSigma high = sweep("antithetic", model, 4, 0.1, 8);
    assertThat(SweepSummary.slope(low, high)).isCloseTo(2, within(1e-6));
    assertThat(SweepSummary.tau(low.mrd(8), high.mrd(8))).isEqualTo(1);
  }

  @Test
  void aSigmaBelowTheFloorIsMarkedAndOneWithoutANumberIsNot() {
    NoisyScorer constant = (chosen, noise, scale) -> List.of(new double[] {scale == 0 ? -1 : -1.5});
    MrdScore shared = mrd("shared", 1, 2);
    DrawSource source = shared.source(Estimates.request(shared, constant, 1, 3, 0));
    List<Integer> draws = List.of(2);
    ProgressListener none = ProgressListener.NONE;
    // MRD 0.5 against 10 times the floor.
    assertThat(MrdSweep.at(source, 1, 2, draws, new double[] {0.06}, none).belowFloor()).isTrue();
    assertThat(MrdSweep.at(source, 1, 2, draws, new double[] {0.04}, none).belowFloor()).isFalse();
    NoisyScorer broken =
        (chosen, noise, scale) -> List.of(new double[] {scale == 0 ? -1 : Double.NaN});
    AtSigma lost = sweep("shared", broken, 1, 1, 3);
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
