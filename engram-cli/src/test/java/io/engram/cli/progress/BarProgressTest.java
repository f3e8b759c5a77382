package io.engram.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class BarProgressTest {
  @Test
  void drawsOverItsLineAndEndsIt() {
    StringWriter err = new StringWriter();
    BarProgress progress = new BarProgress(new PrintWriter(err), 100);
    progress.start("Scoring", 40, "samples");
    progress.advance(40);
    progress.finish();
    assertThat(err.toString()).contains("\rScoring", "100%", "40/40").endsWith("\n");
  }

  @Test
  void finishingNothingIsAllowed() {
    new BarProgress(new PrintWriter(new StringWriter()), 80).finish();
  }
}
