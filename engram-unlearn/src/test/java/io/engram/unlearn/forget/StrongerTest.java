package io.engram.unlearn.forget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.FalseAlarms;
import io.engram.core.run.VerdictRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StrongerTest {
  private static final VerdictRow.Values VALUES =
      new VerdictRow.Values(-5, 0.2, 0.1, null, null, null);

  /** A request with its log-probability after an attack; the limit is −5. */
  private static VerdictRow row(String verdict, double attacked) {
    return row(verdict, "known", attacked);
  }

  private static VerdictRow row(String verdict, String knownBefore, double attacked) {
    return new VerdictRow(
        "a",
        verdict,
        knownBefore,
        List.of(),
        List.of(),
        VALUES,
        VALUES,
        VALUES,
        null,
        null,
        null,
        "relearn",
        List.of(),
        new TreeMap<>(Map.of("log_prob", attacked)),
        new TreeMap<>(Map.of("log_prob", -5.0)));
  }

  private static AuditSummary summary(int controls, int called) {
    return new AuditSummary(
        "given",
        controls,
        10,
        List.of(),
        List.of(),
        new TreeMap<>(),
        new FalseAlarms(controls, called),
        0);
  }

  /** One is lifted 1 above its limit and one 0.5: 0.75 deeper than the 0.5 of the run. */
  @Test
  void theNextRunStopsAsFarBelowAsTheAttackLiftsAbove() {
    List<VerdictRow> rows = List.of(row("hidden", -4), row("hidden", -4.5), row("forgotten", -6));
    Stronger next = Stronger.after(summary(20, 1), rows, 0.5);
    assertThat(next.margin()).isCloseTo(1.25, within(1e-12));
    assertThat(next.why())
        .isEqualTo(
            "Attacks bring back 2 of 3 requests that were known. Forgets again from the original,"
                + " and stops 1.25 nats a token below the range instead of 0.50.");
  }

  /** Hidden by other measures than the log-probability: the margin grows all the same. */
  @Test
  void aMarginGrowsByAQuarterAtLeast() {
    Stronger next = Stronger.after(summary(20, 0), List.of(row("hidden", -6)), 0);
    assertThat(next.margin()).isEqualTo(0.25);
  }

  /** 1 of 10 requests, and 2 of 20 samples never seen. */
  @Test
  void asManyAsAmongSamplesNeverSeenIsNothing() {
    List<VerdictRow> rows = new ArrayList<>(List.of(row("hidden", -4)));
    for (int i = 0; i < 9; i++) {
      rows.add(row("forgotten", -6));
    }
    assertThat(Stronger.after(summary(20, 2), rows, 0).margin()).isNull();
    assertThat(Stronger.after(summary(20, 2), rows, 0).why()).contains("2 of 20");
    assertThat(Stronger.after(summary(20, 1), rows, 0).margin()).isNotNull();
  }

  /** The exit code doesn't count it either, so that a run with exit code 0 has nothing to do. */
  @Test
  void whatWasUndecidedBeforeAsksForNoDeeperStop() {
    List<VerdictRow> rows = List.of(row("hidden", VerdictRow.UNDECIDED, -4), row("forgotten", -6));
    Stronger next = Stronger.after(summary(40, 0), rows, 0);
    assertThat(next.margin()).isNull();
    assertThat(next.why()).isEqualTo("No attack brings a request back.");
  }

  /**
   * 1 of 8 requests that were known, and 2 of 20 samples never seen: more. Those that weren't known
   * for certain can't be brought back, so they don't make it 1 of 20.
   */
  @Test
  void onlyRequestsThatWereKnownCount() {
    List<VerdictRow> rows = new ArrayList<>(List.of(row("hidden", -4)));
    for (int i = 0; i < 7; i++) {
      rows.add(row("forgotten", -6));
    }
    for (int i = 0; i < 10; i++) {
      rows.add(row(VerdictRow.NOT_KNOWN_BEFORE, "not_known", -6));
    }
    rows.add(row("forgotten", VerdictRow.UNDECIDED, -6));
    rows.add(row("hidden", VerdictRow.UNDECIDED, -4));
    Stronger next = Stronger.after(summary(20, 2), rows, 0);
    assertThat(next.margin()).isNotNull();
    assertThat(next.why()).startsWith("Attacks bring back 1 of 8 requests that were known.");
  }

  @Test
  void whatIsKnownAnywayLeavesNoRoom() {
    List<VerdictRow> rows = List.of(row("hidden", -4), row("known", -1));
    assertThat(Stronger.after(summary(20, 0), rows, 0).margin()).isNull();
    assertThat(Stronger.after(summary(20, 0), List.of(row("forgotten", -6)), 0).margin()).isNull();
  }
}
