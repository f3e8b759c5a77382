package io.engram.unlearn.mrd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.unlearn.mrd.RelativeChange.Tokens;
import org.junit.jupiter.api.Test;

class RelativeChangeTest {
  private static final double CLAMP = 1e-6;

  @Test
  void isOneMinusTheRatioAveragedOrSummedOverTokens() {
    double[] original = {-2, -0.5, -4};
    double[] perturbed = {-1, -0.75, -4};
    // 1 − 1/2 = 0.5, 1 − 1.5 = −0.5, 0: and with other weights 0.5, −0.5 cancel by chance only.
    assertThat(new RelativeChange(original, Tokens.SUM, CLAMP).of(perturbed)).isZero();
    perturbed[2] = -1;
    assertThat(new RelativeChange(original, Tokens.SUM, CLAMP).of(perturbed)).isEqualTo(0.75);
    assertThat(new RelativeChange(original, Tokens.MEAN, CLAMP).of(perturbed)).isEqualTo(0.25);
  }

  @Test
  void clampsTheDenominatorAndCounts() {
    RelativeChange change = new RelativeChange(new double[] {0, -1e-7, -1}, Tokens.SUM, CLAMP);
    assertThat(change.clamped()).isEqualTo(2);
    assertThat(change.tokens()).isEqualTo(3);
    assertThat(change.of(new double[] {0, -1e-7, -1})).isZero();
    // (0 + 2e-6)/−1e-6 = −2, (−1e-7 + 1.1e-6)/−1e-6 = −1, (−1 + 3)/−1 = −2.
    assertThat(change.of(new double[] {-2e-6, -1.1e-6, -3})).isCloseTo(-5, within(1e-12));
  }

  @Test
  void atTheClampNothingIsClamped() {
    assertThat(new RelativeChange(new double[] {-CLAMP}, Tokens.MEAN, CLAMP).clamped()).isZero();
  }

  @Test
  void isNaNWhereAPerturbedLogProbabilityIsNotFinite() {
    RelativeChange change = new RelativeChange(new double[] {-1, -1}, Tokens.MEAN, CLAMP);
    assertThat(change.of(new double[] {-1, Double.NaN})).isNaN();
    assertThat(change.of(new double[] {Double.NEGATIVE_INFINITY, -1})).isNaN();
  }

  @Test
  void refusesWhatHasNoRelativeChange() {
    assertThatThrownBy(() -> new RelativeChange(new double[0], Tokens.MEAN, CLAMP))
        .hasMessage("a sample without labelled tokens has no MRD");
    assertThatThrownBy(() -> new RelativeChange(new double[] {-1, Double.NaN}, Tokens.MEAN, CLAMP))
        .hasMessage("log-probability of labelled token 1 is NaN without noise");
    assertThatThrownBy(
            () -> new RelativeChange(new double[] {-1}, Tokens.MEAN, CLAMP).of(new double[2]))
        .hasMessage("2 perturbed log-probabilities for 1 tokens");
  }

  @Test
  void oddPartIsWhatThePairMakesOfTheFirstOrder() {
    double[] original = {-1, -2, -1e-9};
    double e = Math.E;
    // u = log|ℓ|: (2 − 0)/2 = 1 and (−1 − 3)/2 = −2, so ½·1 + ½·4; the clamped token is left out.
    double[] plus = {-e * e, -1 / e, -7};
    double[] minus = {-1, -e * e * e, -8};
    assertThat(new RelativeChange(original, Tokens.SUM, CLAMP).oddPart(plus, minus))
        .isCloseTo(2.5, within(1e-12));
    assertThat(new RelativeChange(original, Tokens.MEAN, CLAMP).oddPart(plus, minus))
        .isCloseTo(2.5 / 3, within(1e-12));
    plus[0] = Double.NaN;
    assertThat(new RelativeChange(original, Tokens.SUM, CLAMP).oddPart(plus, minus)).isNaN();
    plus[0] = Double.NEGATIVE_INFINITY;
    assertThat(new RelativeChange(original, Tokens.SUM, CLAMP).oddPart(plus, minus)).isNaN();
  }

  @Test
  void oddPartTakesACertainTokenForTheSmallestFloat() {
    RelativeChange change = new RelativeChange(new double[] {-1}, Tokens.SUM, CLAMP);
    // log 2⁻¹²⁶ = −87.3365: ½·(87.3365/2)².
    assertThat(change.oddPart(new double[] {-1}, new double[] {0})).isCloseTo(953.46, within(0.01));
  }

  @Test
  void logSlopesAreOneOverTheLogProbability() {
    RelativeChange change = new RelativeChange(new double[] {-2, -1e-7, -0.25}, Tokens.MEAN, CLAMP);
    assertThat(change.logSlopes()).containsExactly(-0.5, 0, -4);
    assertThat(change.denominators()).containsExactly(-2, -CLAMP, -0.25);
  }
}
