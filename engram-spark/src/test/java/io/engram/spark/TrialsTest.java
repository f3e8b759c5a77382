package io.engram.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trials as tasks in this process, against those of the plain command. */
final class TrialsTest {
  private static final List<Object> PLAIN = List.of("--threads", 1);

  @TempDir Path folder;

  private SmallRecipe recipe;

  @BeforeEach
  void write() throws IOException {
    recipe =
        SmallRecipe.write(
            folder,
            "budget: {updates: 4, batch: 3}\neval: {suites: [knowledge], limit: 3}\ntrials: 3\n");
  }

  @Test
  void sameBytesAndNeverTwice() throws IOException {
    assertThat(recipe.unlearn("plain", PLAIN).exitCode()).isZero();
    Command.Ran first = recipe.unlearn("spark", PLAIN, "--spark", "local[2]");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(recipe.results("spark")).isEqualTo(recipe.results("plain")).hasSize(6);
    Trees.delete(recipe.run("spark/trial-44"));
    Command.Ran again = recipe.unlearn("spark", PLAIN, "--spark", "local[2]");
    assertThat(again.err()).contains("1 of 3 trials left");
    assertThat(recipe.results("spark")).isEqualTo(recipe.results("plain"));
  }

  /** The next attempt goes on from the trial's checkpoint; nothing but times shows it. */
  @Test
  void aTrialWhoseExecutorIsLostIsResumed() throws IOException {
    assertThat(recipe.unlearn("plain", PLAIN, "budget.updates=12").exitCode()).isZero();
    recipe.once(
        "lost/trial-43",
        "checkpoint",
        () -> ClusterTest.executors().forEach(ProcessHandle::destroyForcibly));
    Command.Ran ran =
        recipe.unlearn("lost", SmallRecipe.cluster(1), "--threads", 1, "budget.updates=12");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(Files.readString(recipe.run("lost/trial-43/journal.jsonl")))
        .contains("\"event\":\"resume\"");
    assertThat(recipe.results("lost")).isEqualTo(recipe.results("plain"));
  }

  @Test
  void mistakes() {
    assertThat(recipe.unlearn("one", PLAIN, "trials=1", "--spark", "local").err())
        .contains("--spark makes trials side by side, and this is one run: add trials=5");
    assertThat(Command.run("reproduce", "figure3", "--spark", "local").err())
        .contains("--spark spreads trials, and figure3 has none");
  }
}
