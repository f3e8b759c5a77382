package io.engram.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.cli.Child;
import io.engram.cli.Cli;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class QuickstartCommandTest {
  @TempDir Path folder;

  /** The second run hasn't begun, so its recipe is the one that the next command says. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no signal to send")
  @Timeout(120)
  void aStoppedOneIsResumedWithTheSameKeys() throws Exception {
    Path out = folder.resolve("quick");
    Path printed = folder.resolve("printed");
    Path err = folder.resolve("err");
    List<Object> words =
        List.of("quickstart", "eval.suites=[]", "budget.epochs=9", "--out", out, "--threads", "1");
    Process process = Child.of(printed, err, words).start();
    Path journal = out.resolve("wga/journal.jsonl");
    while (process.isAlive() && !Files.exists(journal)) {
      Thread.sleep(20);
    }
    process.destroy(); // Asks it to end (TERM), which is handled as Ctrl-C is.
    Cli.Ran ran = Child.end(process, printed, err);
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(130);
    assertThat(ran.err())
        .contains(
            "Stopped. To resume: engram quickstart 'eval.suites=[]' budget.epochs=9 --out %s --threads 1"
                .formatted(out));
  }
}
