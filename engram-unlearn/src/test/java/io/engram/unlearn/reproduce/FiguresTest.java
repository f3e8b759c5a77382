package io.engram.unlearn.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.paper.PaperData;
import io.engram.core.stats.Bootstrap.Interval;
import io.engram.core.stats.Decision;
import io.engram.unlearn.characteristic.Characteristic.SplitRule;
import io.engram.unlearn.characteristic.CharacteristicTable.Row;
import io.engram.unlearn.mrd.MrdEstimate;
import io.engram.unlearn.mrd.MrdSweep.AtSigma;
import io.engram.unlearn.study.DifficultyRow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is claimed of rows that are made up, so that the answer is known. */
class FiguresTest {
  /** MRD falls where updates by the rule grow, and grows with those by the mean loss. */
  @Test
  void figure4JudgesByTheRuleAndByTheMeanLoss() {
    Map<String, List<DifficultyRow>> rows = new LinkedHashMap<>();
    for (String method : List.of("ga", "npo")) {
      rows.put(
          method,
          IntStream.range(0, 12)
              .mapToObj(
                  i ->
                      row(
                          i,
                          Map.of("mrd", (double) i),
                          Map.of("el_ma", 20.0 - i, "mean", i + 1.0),
                          Map.of()))
              .toList());
    }
    List<Claim> claims = Figure4.claims(rows, "mrd", 1);
    assertThat(claims.stream().map(Claim::ours))
        .allMatch(rho -> Math.abs(Math.abs(rho) - 1) < 1e-12)
        .hasSize(6);
    assertThat(claims.get(0).text())
        .isEqualTo("A small MRD needs many updates by ga until el_ma is met: −ρ");
    assertThat(claims.stream().map(Claim::verdict))
        .containsExactly(
            Decision.HOLDS,
            Decision.HOLDS,
            Decision.HOLDS,
            Decision.FAILS,
            Decision.FAILS,
            Decision.HOLDS);
  }

  /** Where none or one of the samples was forgotten in time there is no correlation to judge. */
  @Test
  void figure4SaysNothingOfACriterionThatHardlyAnyMet() {
    Map<String, Double> mrd = Map.of("mrd", 1.0);
    DifficultyRow never = row(0, mrd, Map.of(), Map.of());
    DifficultyRow once = row(1, mrd, Map.of("mean", 3.0), Map.of());
    List<Claim> claims =
        Figure4.claims(Map.of("ga", List.of(never, once), "npo", List.of(never, never)), "mrd", 1);
    assertThat(claims)
        .hasSize(6)
        .allSatisfy(claim -> assertThat(claim.verdict()).isEqualTo(Decision.UNMEASURED));
  }

  /** σ so large that no perturbed pass gave a number. */
  @Test
  void figure5SaysNothingWhereNoDrawWasFinite() {
    MrdEstimate broken = new MrdEstimate(Double.NaN, Double.NaN, 0, 5, 0, 50);
    AtSigma none = new AtSigma(1e-2, false, new TreeMap<>(Map.of(50, List.of(broken))));
    assertThat(Figure5.claims(new Figure5.Printed("", 0.64, 50), List.of(none, none), 1))
        .extracting(Claim::verdict)
        .containsOnly(Decision.UNMEASURED);
  }

  /** Changes 1, 2, 3: standard deviation 1 over mean 2, less 0.1. */
  @Test
  void figure3LeavesOutGroupsThatMetNothing() {
    List<DifficultyRow> rows =
        List.of(
            row(0, Map.of(), Map.of(), Map.of("mean", 1.0)),
            row(1, Map.of(), Map.of(), Map.of("mean", 2.0)),
            row(2, Map.of(), Map.of(), Map.of()),
            row(3, Map.of(), Map.of(), Map.of("mean", 3.0)));
    Claim claim = Figure3.claim(rows, "mean", 1);
    assertThat(claim.n()).isEqualTo(3);
    assertThat(claim.ours()).isCloseTo(0.4, within(1e-12));
    assertThat(claim.verdict()).as("three groups").isEqualTo(Decision.UNDECIDED);
    assertThat(Figure3.claim(rows, "el_ma", 1).verdict()).isEqualTo(Decision.UNMEASURED);
  }

  /** Thresholds are averages: a group can be below them to begin with. */
  @Test
  void figure3SaysHowManyGroupsMovedNothing() {
    List<DifficultyRow> rows =
        List.of(
            row(0, Map.of(), Map.of(), Map.of("mean", 1.0)),
            row(1, Map.of(), Map.of(), Map.of("mean", 0.0)),
            row(2, Map.of(), Map.of(), Map.of("mean", 2.0)));
    assertThat(Figure3.claim(rows, "mean", 1).text())
        .startsWith("The change until mean is met (by 1 of 3 before any update) differs");
    assertThat(Figure3.claim(rows.subList(0, 1), "mean", 1).text())
        .startsWith("The change until mean is met differs");
  }

  /** The printed examples have MRD larger where the probability is high, the text smaller. */
  @Test
  void table7JudgesWhatTheTextSaysToo() {
    Row row =
        new Row(
            "Initial generation probability, mean p",
            new SplitRule.Cut(0.5, true, "average"),
            new Row.Level(9, 0.1, 0.01),
            new Row.Level(8, 0.3, 0.01),
            new Row.Contrast(0.2, new Interval(0.1, 0.3), 0.9),
            null,
            List.of());
    List<Claim> claims = Table7.claims(PaperData.Characteristics.read(), List.of(row));
    assertThat(claims.get(0).text()).startsWith("MRD is larger where").endsWith("(Table 7)");
    assertThat(claims.get(0).paper()).isCloseTo(0.7689 - 0.3481, within(1e-12));
    assertThat(claims.get(1).text()).startsWith("MRD is smaller where").endsWith("(§4.2)");
    assertThat(claims.stream().map(Claim::verdict)).containsExactly(Decision.HOLDS, Decision.FAILS);
    assertThat(claims.get(1).interval()).isEqualTo(new Interval(-0.3, -0.1));
  }

  private static DifficultyRow row(
      int id,
      Map<String, Double> scores,
      Map<String, Double> updates,
      Map<String, Double> changes) {
    return new DifficultyRow(Integer.toString(id), 5, scores, updates, 0, changes);
  }
}
