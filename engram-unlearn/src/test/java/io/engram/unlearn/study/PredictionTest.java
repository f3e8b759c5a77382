package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.stats.Bootstrap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PredictionTest {
  private static final int[] TOKENS = {10, 20, 30, 40, 50, 60, 70, 80};
  private static final double[] LOSS = {0.2, 0.1, 0.4, 0.3, 0.6, 0.5, 0.8, 0.7};
  private static final double[] UPDATES = {2, 1, 3, 4, 6, 5, 8, 7};

  private static List<DifficultyRow> rows(String score, double[] values) {
    List<DifficultyRow> rows = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Map<String, Double> scores = new LinkedHashMap<>();
      scores.put("tokens", (double) TOKENS[i]);
      scores.put("loss_mean", LOSS[i]);
      scores.put(score, values[i]);
      rows.add(
          new DifficultyRow(
              "s" + i, TOKENS[i], scores, Map.of("mean", UPDATES[i]), 1e-3, Map.of()));
    }
    return rows;
  }

  private static Map<String, Prediction> all(List<DifficultyRow> rows) {
    return Prediction.all(rows, "mean", 3).stream()
        .collect(Collectors.toMap(Prediction::score, Function.identity()));
  }

  private static Prediction of(String score, List<DifficultyRow> rows) {
    Prediction found = all(rows).get(score);
    assertThat(found).as(score).isNotNull();
    return found;
  }

  /** Six ranks of tokens and updates differ by one: ρ = 1 − 6·6/(8·63). */
  @Test
  void rhoByHand() {
    Prediction tokens = of("tokens", rows("mrd", UPDATES));
    assertThat(tokens.n()).isEqualTo(8);
    assertThat(tokens.rho()).isCloseTo(1 - 36 / 504.0, within(1e-12));
    assertThat(tokens.interval().low()).isBetween(-1.0, tokens.rho());
    assertThat(tokens.interval().high()).isBetween(tokens.rho(), 1.0);
    assertThat(tokens.lengthFixed()).isNaN();
    assertThat(tokens.lengthAndLossFixed()).isNaN();
  }

  /**
   * The loss's ρ with updates is 1 − 6·2/504 and with tokens 1 − 6·8/504; the partial ρ by the
   * formula of one control. With the loss itself held fixed it has none.
   */
  @Test
  void partialRhoByHand() {
    Prediction loss = of("loss_mean", rows("mrd", UPDATES));
    double withUpdates = 1 - 12 / 504.0;
    double withTokens = 1 - 48 / 504.0;
    double updatesTokens = 1 - 36 / 504.0;
    assertThat(loss.rho()).isCloseTo(withUpdates, within(1e-12));
    assertThat(loss.lengthFixed())
        .isCloseTo(
            (withUpdates - withTokens * updatesTokens)
                / Math.sqrt((1 - withTokens * withTokens) * (1 - updatesTokens * updatesTokens)),
            within(1e-10));
    assertThat(loss.lengthAndLossFixed()).isNaN();
  }

  @Test
  void aScoreThatIsTheUpdatesPredictsThemWhateverIsFixed() {
    Prediction same = of("mrd", rows("mrd", UPDATES));
    assertThat(same.rho()).isEqualTo(1);
    assertThat(same.interval()).isEqualTo(new Bootstrap.Interval(1, 1));
    assertThat(same.lengthFixed()).isCloseTo(1, within(1e-12));
    assertThat(same.lengthAndLossFixed()).isCloseTo(1, within(1e-12));
    assertThat(same.text()).isEqualTo("mrd, ρ = 1.00 [1.00, 1.00], n = 8");
  }

  @Test
  void rowsThatDidNotMeetTheCriterionAreLeftOut() {
    List<DifficultyRow> rows = rows("mrd", UPDATES);
    rows.set(
        3, new DifficultyRow("s3", 40, rows.get(3).scores(), Map.of("sum", 1.0), 1e-3, Map.of()));
    assertThat(of("mrd", rows).n()).isEqualTo(7);
    assertThat(Prediction.all(rows, "sum", 3)).isEmpty();
  }

  @Test
  void fewerThanSixRowsTellNothing() {
    List<DifficultyRow> rows = rows("mrd", UPDATES);
    assertThat(Prediction.all(rows.subList(0, 5), "mean", 3)).isEmpty();
    assertThat(Prediction.all(List.of(), "mean", 3)).isEmpty();
    assertThat(Prediction.all(rows.subList(0, 6), "mean", 3)).hasSize(3);
  }

  @Test
  void aRowWithoutTheScoreIsLeftOutOfThatScoreAlone() {
    double[] values = UPDATES.clone();
    values[0] = Double.NaN;
    Map<String, Prediction> found = all(rows("mrd", values));
    assertThat(found.get("mrd")).isNotNull().matches(p -> p.n() == 7 && p.rho() == 1);
    assertThat(found.get("tokens")).isNotNull().matches(p -> p.n() == 8);
    values[1] = Double.NaN;
    values[2] = Double.NaN;
    assertThat(all(rows("mrd", values))).containsOnlyKeys("tokens", "loss_mean");
  }

  @Test
  void aConstantScorePredictsNothing() {
    assertThat(all(rows("mrd", new double[8]))).containsOnlyKeys("tokens", "loss_mean");
  }

  @Test
  void aTablesRowHasNoNumberWhereThereIsNone() {
    assertThat(of("tokens", rows("mrd", UPDATES)).cells())
        .hasSize(7)
        .startsWith("tokens", 8)
        .endsWith(new Object[] {null, null});
  }
}
