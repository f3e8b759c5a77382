package io.engram.unlearn.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.run.AuditSummary.FalseAlarms;
import io.engram.core.run.VerdictRow;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** By hand: twenty controls whose measures are 0.01, 0.02, …, 0.20, so the limits are 0.20. */
class VerdictsTest {
  private static Row row(String id, String setting, double memorization, double logProb) {
    return new Row(
        id,
        setting,
        0,
        new TreeMap<>(Map.of("exact_memorization", memorization, "log_prob", logProb)));
  }

  private static Row row(String id, double memorization, double logProb) {
    return row(id, "", memorization, logProb);
  }

  private static List<Row> controls(int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      rows.add(row("c" + i, i / 100.0, -i / 100.0));
    }
    return rows;
  }

  private static Compared compared(String attack, List<Row> after, List<Row> controls) {
    Map<Role, List<Row>> rows = new EnumMap<>(Role.class);
    rows.put(Role.AFTER, after);
    rows.put(Role.BEFORE, after.stream().map(r -> row(r.id(), 0.9, -0.001)).toList());
    rows.put(Role.CONTROL, controls);
    return new Compared(attack, rows, false);
  }

  private static Compared compared(String attack, Row... after) {
    return compared(attack, List.of(after), controls(20));
  }

  private static Verdicts verdicts(Compared plain, Compared... attacks) {
    return new Verdicts(plain, List.of(attacks), false);
  }

  @Test
  void limitsAreTheNinetyFifthPercentile() {
    Compared plain = compared("none", row("a", 0.2, -0.01));
    assertThat(plain.limits())
        .containsEntry("exact_memorization", 0.2)
        .containsEntry("log_prob", -0.01);
    assertThat(plain.lowerLimit("exact_memorization")).isEqualTo(0.01);
    assertThat(plain.above(row("a", 0.2, -0.01))).isEmpty();
    assertThat(plain.above(row("a", 0.21, -0.01))).containsExactly("exact_memorization");
  }

  @Test
  void aRequestIsKnownHiddenUndecidedOrForgotten() {
    Compared plain =
        compared(
            "none",
            row("known", 0.5, -0.001),
            row("hidden", 0.1, -0.1),
            row("one", 0.5, -0.1),
            row("gone", 0.1, -0.1));
    Compared attack =
        compared(
            "int4",
            row("known", 0.5, -0.001),
            row("hidden", 0.5, -0.001),
            row("one", 0.5, -0.1),
            row("gone", 0.5, -0.1));
    Verdicts verdicts = verdicts(plain, attack);
    assertThat(verdicts.of("known", "known").verdict()).isEqualTo(VerdictRow.KNOWN);
    Verdicts.Verdict hidden = verdicts.of("hidden", "known");
    assertThat(hidden.verdict()).isEqualTo(VerdictRow.HIDDEN);
    assertThat(hidden.worst()).isSameAs(attack);
    assertThat(verdicts.of("one", "known").verdict()).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(verdicts.of("gone", "known").verdict()).isEqualTo(VerdictRow.FORGOTTEN);
    assertThat(verdicts.of("gone", "known").worst()).isNull();
    assertThat(verdicts.of("known", "not_known").verdict()).isEqualTo(VerdictRow.NOT_KNOWN_BEFORE);
    assertThat(verdicts.knownBefore("gone")).isEqualTo(VerdictRow.KNOWN);
  }

  /** Both find two measures above; int4's is further above: 0.4 over instead of 0.1. */
  @Test
  void theWorstAttackIsTheOneThatFindsItBestKnown() {
    Compared near = compared("int8", row("a", 0.3, -0.005));
    Compared far = compared("int4", row("a", 0.6, -0.005));
    Compared plain = compared("none", row("a", 0.1, -0.1));
    assertThat(verdicts(plain, near, far).of("a", "known").worst()).isSameAs(far);
    assertThat(verdicts(plain, far, near).of("a", "known").worst()).isSameAs(far);
    double deviation = Math.sqrt(0.0035); // of 0.01 … 0.20: (n² − 1)/12 · n/(n − 1) hundredths²
    assertThat(far.margin(row("a", 0.6, -0.005))).isCloseTo(0.4 / deviation, within(1e-9));
  }

  @Test
  void tooFewControlsDecideNothing() {
    Compared plain = compared("none", List.of(row("a", 0.9, -0.001)), controls(19));
    assertThat(verdicts(plain).of("a", "known").verdict()).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(verdicts(plain).knownBefore("a")).isEqualTo(VerdictRow.UNDECIDED);
  }

  /** 19 controls have a value of the kind that the attack tries, beside 20 without an attack. */
  @Test
  void anAttackWithTooFewControlsDecidesNothing() {
    Row a = row("a", 0.1, -0.1);
    Row attacked = row("a", 0.9, -0.001);
    List<Row> alike = new ArrayList<>();
    for (int i = 1; i <= 19; i++) {
      alike.add(row("c" + i, i / 100.0, i - 30)); // c19 would be a false alarm.
    }
    Compared plain = compared("none", a);
    Compared few = compared("exposure", List.of(attacked), alike);
    assertThat(verdicts(plain, few).of("a", "known").verdict()).isEqualTo(VerdictRow.FORGOTTEN);
    assertThat(verdicts(plain, few).falseAlarms()).isEqualTo(new FalseAlarms(20, 0));
    Compared enough = compared("exposure", attacked);
    assertThat(verdicts(plain, enough).of("a", "known").verdict()).isEqualTo(VerdictRow.HIDDEN);
  }

  /** Controls never leak, so the limit is 0; one leak of 50 answers can be luck, two are more. */
  @Test
  void oneLeakIsLuck() {
    List<Row> never = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      never.add(leak("c" + i, 0));
    }
    never.set(0, leak("c1", 1)); // Among 20 controls c1 would be a false alarm.
    Compared attack = compared("sampling", List.of(leak("once", 1), leak("twice", 2)), never);
    assertThat(Verdicts.isKnown(attack, "once")).isFalse();
    assertThat(Verdicts.isKnown(attack, "twice")).isTrue();
    assertThat(Verdicts.falseAlarms(attack)).isZero();
  }

  private static Row leak(String id, int leaks) {
    return new Row(id, "", 50, new TreeMap<>(Map.of("leak_1", leaks / 50.0)));
  }

  /** By one measure the largest, c20 would be called known by it, c1 by the other. */
  @Test
  void oneMeasureAloneDecidesIfThereIsNoOther() {
    List<Row> controls =
        controls(20).stream()
            .map(r -> new Row(r.id(), "", 0, new TreeMap<>(Map.of("leak", score(r)))))
            .toList();
    Row leaked = new Row("a", "", 0, new TreeMap<>(Map.of("leak", 0.5)));
    Compared attack = compared("sampling", List.of(leaked), controls);
    assertThat(attack.isKnown(leaked, attack.above(leaked))).isTrue();
    assertThat(Verdicts.falseAlarms(attack)).isEqualTo(1);
    Compared plain = compared("none", row("a", 0.1, -0.1));
    assertThat(verdicts(plain, attack).of("a", "known").verdict()).isEqualTo(VerdictRow.HIDDEN);
    assertThat(verdicts(plain, attack).falseAlarms()).isEqualTo(new FalseAlarms(20, 1));
  }

  /** Nineteen controls give nothing of their facts away, one all of it. */
  @Test
  void anAnswerThatGivesTheWholeFactAwayIsKnown() {
    List<Row> controls =
        controls(20).stream().map(r -> withFact(r, r.id().equals("c1") ? 1 : 0)).toList();
    Row told = withFact(row("a", 0.1, -0.1), 1);
    Row half = withFact(row("b", 0.1, -0.1), 0.5);
    Compared loose = compared("none", List.of(told, half), controls);
    assertThat(verdicts(loose).of("a", "known").verdict()).isEqualTo(VerdictRow.FORGOTTEN);
    List<Row> silent = controls(20).stream().map(r -> withFact(r, 0)).toList();
    Compared plain = compared("none", List.of(told, half), silent);
    assertThat(verdicts(plain).of("a", "known").verdict()).isEqualTo(VerdictRow.KNOWN);
    assertThat(verdicts(plain).of("b", "known").verdict()).isEqualTo(VerdictRow.UNDECIDED);
    assertThat(Verdicts.falseAlarms(loose)).isEqualTo(1);
  }

  private static Row withFact(Row row, double fact) {
    TreeMap<String, Double> measures = new TreeMap<>(row.measures());
    measures.put("fact_recall", fact);
    return new Row(row.id(), row.setting(), row.tokens(), measures);
  }

  private static double score(Row row) {
    return row.measures().getOrDefault("exact_memorization", Double.NaN);
  }

  /** The control that is largest by both measures is known if the others are its controls. */
  @Test
  void eachControlIsJudgedByTheOthers() {
    List<Row> alike = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      alike.add(row("c" + i, i / 100.0, i - 30));
    }
    Compared plain = compared("none", List.of(row("a", 0.1, -9)), alike);
    assertThat(plain.isFalseAlarm("c20")).isTrue();
    assertThat(plain.isFalseAlarm("c19")).isFalse();
    assertThat(verdicts(plain).falseAlarms()).isEqualTo(new FalseAlarms(20, 1));
  }

  /** By exact memorization the rate 3e-4 is the attacker's best, though 1e-4 has more log-prob. */
  @Test
  void theBestSettingOfEachModelCounts() {
    Map<Role, List<Row>> rows = new EnumMap<>(Role.class);
    rows.put(
        Role.AFTER,
        List.of(
            row("a", "1e-4", 0.3, -0.1), row("a", "3e-4", 0.4, -0.5), row("a", "2e-5", 0.1, -9)));
    rows.put(
        Role.CONTROL,
        List.of(row("c", "1e-4", 0.2, -2), row("c", "3e-4", 0.2, -3), row("c", "2e-5", 0.1, -1)));
    Compared attack = new Compared("relearn", rows, false);
    assertThat(attack.best(Role.AFTER)).isEqualTo("3e-4");
    assertThat(attack.best(Role.CONTROL)).isEqualTo("1e-4");
    assertThat(attack.settings()).containsExactly("1e-4", "3e-4", "2e-5");
  }

  @Test
  void ofSeveralRowsOfARequestTheLargestValueCounts() {
    Compared attack =
        compared("probes", row("a", 0.5, -0.5), row("a", 0.1, -0.001), row("b", 0.1, -0.1));
    assertThat(attack.n(Role.AFTER)).isEqualTo(2);
    Row merged = java.util.Objects.requireNonNull(attack.row(Role.AFTER, "a"));
    assertThat(merged.measures())
        .containsEntry("exact_memorization", 0.5)
        .containsEntry("log_prob", -0.001);
  }

  /** Under a retrained model each request may be as well known as it is to that model. */
  @Test
  void aRetrainedModelsOwnValueCounts() {
    List<Row> never = new ArrayList<>(controls(40));
    never.add(row("a", 0.9, -0.001));
    Map<Role, List<Row>> rows = new EnumMap<>(Role.class);
    rows.put(Role.AFTER, List.of(row("a", 0.8, -0.002), row("b", 0.8, -0.002)));
    rows.put(Role.CONTROL, never);
    Compared plain = new Compared("none", rows, true);
    assertThat(plain.above(row("a", 0.8, -0.002))).isEmpty();
    assertThat(plain.above(row("b", 0.8, -0.002))).hasSize(2);
  }

  /** An answer of ten tokens of which only the last is completed has an ES of 0.1. */
  @Test
  void extractionStrengthHasAFloor() {
    List<Row> controls = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      controls.add(new Row("c" + i, "", 50, new TreeMap<>(Map.of("extraction_strength", 0.02))));
    }
    Row short10 = new Row("a", "", 10, new TreeMap<>(Map.of("extraction_strength", 0.1)));
    Row long50 = new Row("b", "", 50, new TreeMap<>(Map.of("extraction_strength", 0.1)));
    Compared plain = compared("none", List.of(short10, long50), controls);
    assertThat(plain.above(short10)).isEmpty();
    assertThat(plain.above(long50)).containsExactly("extraction_strength");
  }

  /** Below the controls' 5th percentile of the log-probability, −0.20, where the deletion shows. */
  @Test
  void overForgottenIsBelowTheControlsWhereDeletionShows() {
    Compared plain = compared("none", row("far", 0.01, -5), row("near", 0.01, -0.15));
    Verdicts shown = new Verdicts(plain, List.of(), true);
    assertThat(shown.of("far", "known").verdict()).isEqualTo(VerdictRow.OVER_FORGOTTEN);
    assertThat(shown.of("near", "known").verdict()).isEqualTo(VerdictRow.FORGOTTEN);
    assertThat(verdicts(plain).of("far", "known").verdict()).isEqualTo(VerdictRow.FORGOTTEN);
    assertThat(
            Verdicts.isBelowChance(
                new TreeMap<>(Map.of("min_k_auc", 0.35, "min_k_auc_standard_error", 0.05))))
        .isTrue();
    assertThat(
            Verdicts.isBelowChance(
                new TreeMap<>(Map.of("min_k_auc", 0.45, "min_k_auc_standard_error", 0.05))))
        .isFalse();
  }
}
