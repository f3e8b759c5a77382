package io.engram.unlearn.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.stats.Decision;
import io.engram.unlearn.reproduce.Figure2.Found;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Figure2FindingsTest {
  @Test
  void samplesAndGroupsAreJudgedApart() {
    List<Claim> claims = claims(new double[] {0, 0.001, 0.002}, 0.1, 0.0);
    assertThat(claims.get(0).text())
        .isEqualTo("It matters which sample is unlearned by grad-diff: variance between them");
    assertThat(claims.get(0).verdict()).isEqualTo(Decision.HOLDS);
    assertThat(claims.get(2).text())
        .isEqualTo("It matters which 40 samples are unlearned by grad-diff: variance between them");
    assertThat(claims.get(2).verdict()).isNotEqualTo(Decision.HOLDS);
    // Selections lie 0, 0.1, … 0.4 apart: variance 0.025; less that of trials, 1e-6, over 3.
    assertThat(claims.get(0).ours()).isCloseTo(0.025 - 1e-6 / 3, within(1e-12));
  }

  @Test
  void oneTrialDecidesNothingOfSelections() {
    assertThat(claims(new double[] {0}, 0.1, 0.1).subList(0, 4))
        .allSatisfy(claim -> assertThat(claim.verdict()).isEqualTo(Decision.UNDECIDED));
  }

  /** Ten times the difference of three trials in one selection; at 99.5 % t is 14.09, not 4.30. */
  @Test
  void theLargestOfTenHasAWiderInterval() {
    Claim largest = claims(new double[] {0, 0.001, 0.002}, 0.1, 0.0).get(5);
    assertThat(largest.text()).startsWith("GradDiff keeps more than NPO for some samples");
    Claim paired =
        Claim.of("", 0, new double[] {1, 2, 3}, new double[] {0, 0, 0}, true, 1 - 0.05 / 10);
    double half = 14.089047275555311 / Math.sqrt(3);
    assertThat(paired.interval().high() - paired.ours()).isCloseTo(half, within(1e-6));
  }

  @Test
  void groupsOfASmallSetAreHalfOfIt() {
    assertThat(Figure2.groupSize(400)).isEqualTo(40);
    assertThat(Figure2.groupSize(40)).isEqualTo(20);
    assertThat(Figure2.groupSize(1)).isEqualTo(1);
  }

  private static List<Claim> claims(double[] trials, double samplesApart, double groupsApart) {
    Map<String, Map<String, double[]>> utility = new LinkedHashMap<>();
    for (String method : List.of("grad-diff", "npo")) {
      Map<String, double[]> own = new LinkedHashMap<>();
      for (int i = 0; i < 5; i++) {
        own.put(Figure2.SINGLE + (i + 1), shifted(trials, i * samplesApart));
      }
      for (int i = 0; i < 5; i++) {
        own.put(Figure2.GROUPS + (i + 1), shifted(trials, i * groupsApart));
      }
      utility.put(method, own);
    }
    return new Found(50, 40, utility).claims();
  }

  private static double[] shifted(double[] values, double by) {
    return java.util.Arrays.stream(values).map(value -> 0.5 + value + by).toArray();
  }
}
