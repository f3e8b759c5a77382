package io.engram.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.report.figure.Score;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static Score score(double value, @Nullable Double error) {
    return new Score(value, error, false, 40);
  }

  private static Verdict verdict(double a, double b, @Nullable Double error) {
    return Verdict.between(score(a, error), score(b, error));
  }

  @Test
  void moreThanTwoStandardErrorsIsADifference() {
    // SE of the difference: √(0.03² + 0.04²) = 0.05; 0.11 is more than twice that, 0.1 is not.
    assertThat(Verdict.between(score(0.5, 0.03), score(0.61, 0.04)).text())
        .isEqualTo("higher by 0.110 (standard error 0.050)");
    assertThat(Verdict.between(score(0.5, 0.03), score(0.39, 0.04)).text())
        .isEqualTo("lower by 0.110 (standard error 0.050)");
    assertThat(Verdict.between(score(0.5, 0.03), score(0.6, 0.04)).text())
        .isEqualTo("not different beyond two standard errors (+0.100, standard error 0.050)");
  }

  @Test
  void withoutStandardErrorNothingIsClaimed() {
    assertThat(verdict(0.5, 0.4, null).text())
        .isEqualTo("lower by 0.100, without a standard error to tell it from chance");
  }

  @Test
  void boundIsCalledABound() {
    assertThat(Verdict.between(new Score(0, 0.03, true, 9), score(1, 0.04)).text())
        .isEqualTo("higher by 1.000 (standard error at most 0.050)");
  }

  @Test
  void agreementWithThePaperFollowsTheNumbers() {
    Verdict higher = verdict(0, 1, 0.1);
    Verdict lower = verdict(1, 0, 0.1);
    Verdict same = verdict(1, 1, 0.1);
    Verdict unknown = verdict(1, 1, null);
    assertThat(OrderComparison.agreement(higher, higher)).endsWith("is supported here.");
    assertThat(OrderComparison.agreement(higher, same))
        .endsWith("is supported here on UC and left open on UT.");
    assertThat(OrderComparison.agreement(same, same))
        .endsWith("is neither supported nor contradicted here.");
    assertThat(OrderComparison.agreement(higher, lower)).endsWith("is contradicted here on UT.");
    assertThat(OrderComparison.agreement(lower, lower)).endsWith("is contradicted here on both.");
    assertThat(OrderComparison.agreement(higher, unknown))
        .endsWith("can't be judged without standard errors.");
  }
}
