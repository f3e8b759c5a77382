package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.hub.HubCache;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where models are and where they are computed, as options say it. */
final class PlacesTest {
  private static final List<Object> SCORE =
      List.of("score", Command.TINY, "tofu:forget01", "--limit", 4, "--threads", 2);
  private static final String URI = "file://" + Command.TINY.toAbsolutePath();

  @TempDir Path folder;

  @Test
  void aUriGivesTheSameBytes() throws IOException {
    List<Object> command =
        List.of("score", URI, "tofu:forget01", "--limit", 4, "--threads", 2, "--spark", "local[2]");
    assertThat(Command.written(folder, command)).isEqualTo(Command.written(folder, SCORE));
    assertThat(HubCache.here().root().resolve("engram")).isNotEmptyDirectory();
  }

  /** Tasks in this process have the model already. */
  @Test
  void nothingIsSentToThisProcess() throws IOException {
    assertThat(Command.written(folder, SCORE, "--spark", "local[2]", "--spark-ship"))
        .isEqualTo(Command.written(folder, SCORE));
  }

  private static String rejected(Object... command) {
    Command.Ran ran = Command.run(command);
    assertThat(ran.exitCode()).isEqualTo(2);
    return ran.err();
  }

  @Test
  void withoutSparkAUriIsOneMessage() {
    assertThat(rejected("score", URI, "tofu:forget01"))
        .contains("MODEL " + URI + ": models are opened from local files.")
        .contains("With --spark MASTER, score, mrd, generate, eval and audit copy it first.");
  }

  @Test
  void onlyModelsOfPassesAreSent() {
    assertThat(rejected("score", Command.TINY, "tofu:forget01", "--spark-ship"))
        .contains("--spark-ship needs --spark MASTER");
    assertThat(rejected("reproduce", "table1", "--spark", "local", "--spark-ship"))
        .contains("--spark-ship is for passes over samples");
  }

  @Test
  void sparkChoosesTheGpu() {
    assertThat(score("--device", "cuda:1", "--spark", "local[2]"))
        .contains("--device cuda:1 --spark: Spark chooses each task's GPU; write --device cuda");
    assertThat(score("--device", "cuda", "--spark", "local[2]"))
        .contains("--device cuda --spark local[2]: tasks run in this process");
    assertThat(score("--device", "tpu", "--spark", "local[2]")).contains("unknown device");
  }

  /** If nobody chose a device, GPUs of the executors are used where there are some. */
  @Test
  void autoTakesTheGpusOfExecutors() {
    assertThat(score("--spark", "local[2]", "--spark-conf", Gpus.AMOUNT + "=1"))
        .contains("--device cuda --spark local[2]: tasks run in this process");
  }

  private static String score(Object... more) {
    return rejected(
        java.util.stream.Stream.concat(
                java.util.stream.Stream.<Object>of(
                    "score", Command.TINY, "tofu:forget01", "--limit", 1),
                java.util.Arrays.stream(more))
            .toArray());
  }
}
