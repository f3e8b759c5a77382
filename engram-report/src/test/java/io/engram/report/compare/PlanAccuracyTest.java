package io.engram.report.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.ForgetPlan;
import io.engram.report.ForgetFixture;
import io.engram.report.RunFixture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanAccuracyTest {
  @TempDir Path dir;

  private PlanAccuracy accuracy(ForgetFixture... runs) {
    List<Path> folders = new ArrayList<>();
    for (ForgetFixture run : runs) {
      folders.add(run.write(dir.resolve("run-" + folders.size())));
    }
    return PlanAccuracy.read(folders);
  }

  /** Needs 4 updates; the forecast ranks its requests as they went, but for b and c. */
  private static ForgetFixture run() {
    return new ForgetFixture()
        .forgotten("a", 1, 1)
        .forgotten("b", 3, 2)
        .forgotten("c", 2, 3)
        .forgotten("d", 5, 4)
        .neverKnown("n");
  }

  private static @Nullable Boolean held(
      @Nullable Double low, @Nullable Double high, int updates, boolean more) {
    return PlanAccuracy.held(new ForgetPlan.Updates(null, low, high), updates, more);
  }

  @Test
  void anIntervalHoldsItsEnds() {
    assertThat(held(3.0, 8.0, 3, false)).isTrue();
    assertThat(held(3.0, 8.0, 8, false)).isTrue();
    assertThat(held(3.0, 8.0, 9, false)).isFalse();
    assertThat(held(3.5, 8.0, 3, false)).isFalse();
  }

  @Test
  void anEndBeyondWhatWasSeenHasNoLimit() {
    assertThat(held(3.0, null, 900, false)).isTrue();
    assertThat(held(null, null, 900, false)).isFalse();
  }

  @Test
  void aRunEndedByItsBudgetDecidesOnlyWhatItCan() {
    assertThat(held(3.0, 8.0, 8, true)).isFalse();
    assertThat(held(3.0, 8.0, 7, true)).isNull();
    assertThat(held(3.0, null, 7, true)).isTrue();
    assertThat(held(30.0, null, 7, true)).isNull();
    assertThat(held(null, null, 7, true)).isTrue();
  }

  @Test
  void aRunIsHeldAgainstItsPlan() {
    PlanAccuracy.Run run = accuracy(run().keepAfter(0.12)).runs().get(0);
    assertThat(run.run()).isEqualTo("run-0");
    assertThat(run.held()).isTrue();
    // Forecast 5, needed 4.
    assertThat(run.relativeError()).isEqualTo(0.25);
    assertThat(run.requests()).isEqualTo(4);
    // Ranks 1 3 2 4 and 1 2 3 4: 1 − 6 · 2/(4 · 15) = 0.8.
    assertThat(run.rankCorrelation()).isCloseTo(0.8, within(1e-12));
    // Planned 0.10 → 0.13, measured 0.10 → 0.12.
    assertThat(run.keepRiseForecast()).isCloseTo(0.03, within(1e-12));
    assertThat(run.keepRise()).isCloseTo(0.02, within(1e-12));
  }

  @Test
  void requestsThatAreNotForgottenRankLastAsEquals() {
    // Forecast ranks 1 2 3.5 3.5 (two beyond sight), needed 1 2 3.5 3.5.
    PlanAccuracy accuracy =
        accuracy(
            new ForgetFixture()
                .forgotten("a", 1, 1)
                .forgotten("b", 2, 2)
                .known("c", null)
                .known("d", null)
                .endedByBudget());
    assertThat(accuracy.runs().get(0).rankCorrelation()).isEqualTo(1);
    assertThat(accuracy.runs().get(0).requests()).isEqualTo(4);
  }

  @Test
  void runsAreCountedTogether() {
    PlanAccuracy all =
        accuracy(
            run(),
            run().forecast(6.0, 5.0, 7.0).keepAfter(0.14),
            run().forecast(4.0, 3.0, 9.0),
            run().forecast(5.0, 3.0, 8.0).endedByBudget());
    assertThat(all.endedByBudget()).isEqualTo(1);
    // Held: yes, no, yes; the fourth is open. √(2/3 · 1/3 / 3) = 0.2722.
    assertThat(all.intervalHeld().held()).isEqualTo(2);
    assertThat(all.intervalHeld().n()).isEqualTo(3);
    assertThat(Objects.requireNonNull(all.intervalHeld().standardError()))
        .isCloseTo(0.2722, within(1e-4));
    // Errors 0.25, 0.5 and 0.
    assertThat(all.relativeError().n()).isEqualTo(3);
    assertThat(all.relativeError().median()).isEqualTo(0.25);
    assertThat(Objects.requireNonNull(all.relativeError().low())).isBetween(0.0, 0.25);
    assertThat(Objects.requireNonNull(all.relativeError().high())).isEqualTo(0.5);
    assertThat(all.rankCorrelation().n()).isEqualTo(4);
    assertThat(Objects.requireNonNull(all.rankCorrelation().mean())).isCloseTo(0.8, within(1e-12));
    // −0.01, +0.01, −0.01, −0.01: mean −0.005, s = 0.01, SE = 0.005.
    assertThat(Objects.requireNonNull(all.keepLossError().mean())).isCloseTo(-0.005, within(1e-12));
    assertThat(Objects.requireNonNull(all.keepLossError().standardError()))
        .isCloseTo(0.005, within(1e-12));
  }

  @Test
  void oneRunHasNoErrorsOfMeans() {
    PlanAccuracy one = accuracy(run());
    assertThat(one.rankCorrelation().standardError()).isNull();
    assertThat(one.relativeError().low()).isNull();
  }

  @Test
  void nothingDecidedIsNoShare() {
    assertThat(PlanAccuracy.Share.of(0, 0)).isEqualTo(new PlanAccuracy.Share(0, 0, null, null));
  }

  @Test
  void aFolderWithoutAPlanIsNamed() {
    Path plain = RunFixture.order("uniform").write(dir.resolve("plain"));
    Path planned = run().write(dir.resolve("planned"));
    assertThatThrownBy(() -> PlanAccuracy.read(List.of(planned, plain)))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(plain + " has no plan.json")
        .hasMessageContaining("`engram forget` writes one");
  }
}
