package io.engram.unlearn.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.train.GradientRule.Coefficients;
import io.engram.model.train.GradientRule.Products;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import org.junit.jupiter.api.Test;

/** g_F = (3, 4), and a g_R of length 13. */
class GradientRulesTest {
  @Test
  void bothGradientsGetTheLengthOfTheirWeight() {
    assertThat(new NgDiff(2, 3, RetainLoss.NLL, 0).gradientRule().at(new Products(25, 169, 7)))
        .isEqualTo(new Coefficients(2.0 / 5, 3.0 / 13));
    assertThat(new NgDiff(1, 1, RetainLoss.NLL, 0).gradientRule().at(new Products(0, 0, 0)))
        .isEqualTo(new Coefficients(0, 0));
    assertThat(new NgDiff(1, 1, RetainLoss.KL, 0).gradientRule().at(new Products(25, 1e-9, 0)))
        .as("a gradient of rounding errors isn't made long")
        .isEqualTo(new Coefficients(1.0 / 5, 0));
  }

  @Test
  void whatRaisesTheRetainLossIsTakenOut() {
    // g_R = (−5, −12): g_F · g_R = −63, and g_F + 63/169 g_R is at right angles to g_R.
    Coefficients c = new Gru(1, 1, RetainLoss.NLL).gradientRule().at(new Products(25, 169, -63));
    assertThat(c).isEqualTo(new Coefficients(1, 63.0 / 169));
    assertThat(c.forget() * -63 + c.retain() * 169).isCloseTo(0, within(1e-12));
  }

  @Test
  void withoutConflictTheForgetGradientStays() {
    assertThat(new Gru(1, 1, RetainLoss.NLL).gradientRule().at(new Products(25, 169, 63)))
        .isEqualTo(new Coefficients(1, -0.0));
    assertThat(
            new Gru(1, 1, RetainLoss.KL).gradientRule().at(new Products(25, 1e-9, -1e-5)).retain())
        .as("a gradient of rounding errors has no direction")
        .isZero();
    assertThat(new Gru(1, 1, RetainLoss.NLL).gradientRule().at(new Products(25, 0, 0)).forget())
        .isOne();
  }
}
