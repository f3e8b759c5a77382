package io.engram.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressTest {
  private final StringWriter err = new StringWriter();
  private long now;
  private final Progress.Lines progress = new Progress.Lines(new PrintWriter(err), () -> now);

  @Test
  void tellsRateAndTimeLeftAtMostEveryTenSeconds() {
    progress.start("Scoring", 400, "samples");
    pass(4);
    progress.advance(10);
    pass(6);
    progress.advance(10);
    pass(1);
    progress.advance(10);
    pass(9);
    progress.finish();
    assertThat(err.toString().lines())
        .containsExactly(
            "Scoring: 400 samples",
            "Scoring: 20 of 400 samples, 2.0 per second, 3 min 10 s left",
            "Scoring: done in 20 s");
  }

  @Test
  void aShortStageIsOneLineAndStagesNest() {
    progress.start("epoch 1", 2, "updates");
    progress.start("MRD", 1, "pairs");
    progress.advance(1);
    progress.finish();
    pass(10);
    progress.advance(1);
    progress.finish();
    assertThat(err.toString().lines())
        .containsExactly(
            "epoch 1: 2 updates",
            "MRD: 1 pairs",
            "epoch 1: 1 of 2 updates, 0.1 per second, 10 s left",
            "epoch 1: done in 10 s");
  }

  @Test
  void aBarIsDrawnOverItsLineAndEndsIt() {
    Progress.Bar bar = new Progress.Bar(new PrintWriter(err), 100);
    bar.start("Scoring", 40, "samples");
    bar.advance(40);
    bar.finish();
    assertThat(err.toString()).contains("\rScoring", "100%", "40/40").endsWith("\n");
  }

  @Test
  void aBarMayFinishNothing() {
    new Progress.Bar(new PrintWriter(new StringWriter()), 80).finish();
  }

  private void pass(int seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }
}
