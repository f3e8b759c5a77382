package io.engram.unlearn.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.paper.PaperTable;
import io.engram.core.run.Measurement;
import io.engram.core.stats.Bootstrap;
import io.engram.core.stats.Decision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimTest {
  private static final double T_2 = 4.302652729696142;

  /** Differences 0.1, 0.2, 0.3: mean 0.2, s = 0.1, so 0.2 ± 4.3027·0.1/√3. */
  @Test
  void pairsOfTheSameSeedAreCompared() {
    Claim claim = Claim.of("a", 0.01, new double[] {1.1, 2.2, 3.3}, new double[] {1, 2, 3}, true);
    assertThat(claim.ours()).isCloseTo(0.2, within(1e-12));
    assertThat(claim.interval().low()).isCloseTo(0.2 - T_2 * 0.1 / Math.sqrt(3), within(1e-9));
    assertThat(claim.verdict()).isEqualTo(Decision.UNDECIDED);
    assertThat(claim.n()).isEqualTo(3);
  }

  @Test
  void theVerdictGoesByTheWholeInterval() {
    double[] high = {0.9, 0.91, 0.92};
    double[] low = {0.5, 0.5, 0.5};
    assertThat(Claim.of("a", 0, high, low, true).verdict()).isEqualTo(Decision.HOLDS);
    assertThat(Claim.of("a", 0, low, high, true).verdict()).isEqualTo(Decision.FAILS);
    assertThat(Claim.of("a", 0, low, high, false).verdict()).isEqualTo(Decision.HOLDS);
    assertThat(Claim.of("a", 0, low, low, true).verdict()).isEqualTo(Decision.EQUAL);
  }

  @Test
  void oneTrialDecidesNothing() {
    Claim claim = Claim.of("a", 0.1, new double[] {0.9}, new double[] {0.1}, true);
    assertThat(claim.verdict()).isEqualTo(Decision.UNDECIDED);
    assertThat(Claims.figures(List.of(claim), "c")).isEmpty();
    assertThat(Claims.table(List.of(claim), "h").rows().get(0)).element(3).isNull();
    assertThat(Claims.sentences(List.of(claim)))
        .containsExactly(
            "Can't be decided at this n (1 of 1): a: 0.8 (n = 1, no interval) (paper: 0.1).");
  }

  /** A variance of utilities: four decimals would show nothing of it. */
  @Test
  void smallNumbersKeepTheirDigits() {
    Claim claim =
        Claim.of("a", Double.NaN, 3.373e-5, new Bootstrap.Interval(3.498e-6, 3.392e-4), 5);
    assertThat(Claims.sentences(List.of(claim)))
        .containsExactly("Holds (1 of 1): a: 3.373e-05 [3.5e-06, 0.00034].");
  }

  @Test
  void anIntervalThatTouchesZeroIsUndecided() {
    assertThat(Claim.of("a", 0, 0.1, new Bootstrap.Interval(0, 0.2), 9).verdict())
        .isEqualTo(Decision.UNDECIDED);
  }

  /** Weighted as the paper does: (1987·0.2 + 408·0.4 + 1273·0.6)/3668. */
  @Test
  void averagesWithoutAMeasureAreMadeOfTheirColumns() {
    PaperTable paper = PaperTable.read("table4");
    ReproducedTable table =
        new ReproducedTable(
            paper,
            Map.of(
                "NPO",
                List.of(
                    List.of(
                        measured("harness.wmdp_cyber.acc", 0.2),
                        measured("harness.wmdp_chem.acc", 0.4),
                        measured("harness.wmdp_bio.acc", 0.6)))));
    double expected = (1987 * 0.2 + 408 * 0.4 + 1273 * 0.6) / 3668;
    assertThat(table.values(paper.row("NPO"), paper.columns().get(paper.index("UC Avg."))))
        .containsExactly(new double[] {expected}, within(1e-12));
    assertThat(table.values(paper.row("NPO"), paper.columns().get(paper.index("UT Avg."))))
        .containsExactly(Double.NaN);
    assertThat(table.claims()).extracting(Claim::verdict).containsOnly(Decision.UNMEASURED);
  }

  private static Measurement measured(String metric, double value) {
    return new Measurement("after", "harness", metric, value, "ratio", 9, false, null);
  }
}
