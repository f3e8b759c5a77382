package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.Trees;
import io.engram.core.run.Hashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials as tasks in this process, against those of the plain command. */
final class TrialsTest {
  @TempDir Path folder;

  private Path recipe;

  @BeforeAll
  static void makeSparkHome() throws IOException {
    ClusterTest.makeSparkHome();
  }

  @BeforeEach
  void write() throws IOException {
    recipe = folder.resolve("recipe.yaml");
    Files.writeString(
        recipe,
        """
        model: {path: %s}
        forget: {data: "tofu:forget01"}
        retain: {data: "tofu:retain95"}
        method: {name: npo}
        optimizer: {learning_rate: 0.001}
        budget: {updates: 4, batch: 3}
        eval: {suites: [knowledge], limit: 3}
        trials: 3
        """
            .formatted(Command.TINY));
  }

  private Command.Ran unlearn(String name, Object... more) {
    Object[] all =
        Stream.concat(
                Stream.of("unlearn", recipe, "--out", folder.resolve(name), "--threads", 1),
                Stream.of(more))
            .toArray();
    return Command.run(all);
  }

  /** Digests of what trials must have alike. */
  private Map<String, String> results(String name) throws IOException {
    Map<String, String> results = new TreeMap<>();
    Path out = folder.resolve(name);
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        String kind = file.getFileName().toString();
        if (kind.endsWith(".safetensors") || kind.equals("measurements.jsonl")) {
          results.put(out.relativize(file).toString(), Hashes.sha256(file));
        }
      }
    }
    return results;
  }

  @Test
  void sameBytesAndNeverTwice() throws IOException {
    assertThat(unlearn("plain").exitCode()).isZero();
    Command.Ran first = unlearn("spark", "--spark", "local[2]");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(results("spark")).isEqualTo(results("plain")).hasSize(6);
    Trees.delete(folder.resolve("spark/trial-44"));
    Command.Ran again = unlearn("spark", "--spark", "local[2]");
    assertThat(again.err()).contains("1 of 3 trials left");
    assertThat(results("spark")).isEqualTo(results("plain"));
  }

  /** The next attempt goes on from the trial's checkpoint; nothing but times shows it. */
  @Test
  void aTrialWhoseExecutorIsLostIsResumed() throws IOException {
    assertThat(unlearn("plain", "budget.updates=12").exitCode()).isZero();
    Path journal = folder.resolve("lost/trial-43/journal.jsonl");
    Thread killer = new Thread(() -> killWhenSaved(journal));
    killer.start();
    Command.Ran ran =
        unlearn(
            "lost",
            "budget.updates=12",
            "--spark",
            "local-cluster[1,1,1024]",
            "--spark-conf",
            "spark.executor.extraClassPath=" + System.getProperty("java.class.path"),
            "--spark-conf",
            "spark.ui.enabled=false");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(Files.readString(journal)).contains("\"event\":\"resume\"");
    assertThat(results("lost")).isEqualTo(results("plain"));
  }

  /** Kills the executors once a trial has a checkpoint. */
  private static void killWhenSaved(Path journal) {
    try {
      while (!Files.exists(journal) || !Files.readString(journal).contains("checkpoint")) {
        Thread.sleep(5);
      }
      ClusterTest.executors().forEach(ProcessHandle::destroyForcibly);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void mistakes() {
    assertThat(unlearn("one", "trials=1", "--spark", "local").err())
        .contains("--spark makes trials side by side, and this is one run: add trials=5");
    assertThat(Command.run("reproduce", "figure3", "--spark", "local").err())
        .contains("--spark spreads trials, and figure3 has none");
  }
}
