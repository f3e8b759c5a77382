package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
  @TempDir Path run;

  private CheckpointFolder written(String... contents) {
    CheckpointFolder checkpoints = new CheckpointFolder(run);
    for (String content : contents) {
      checkpoints.replace(folder -> write(folder, content));
    }
    return checkpoints;
  }

  private static void write(Path folder, String content) {
    try {
      Files.writeString(folder.resolve("state"), content);
      Files.writeString(folder.resolve("position"), "at " + content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String state() throws IOException {
    return Files.readString(run.resolve("checkpoint/state"));
  }

  @Test
  void theOneBeforeIsKept() throws IOException {
    CheckpointFolder checkpoints = written("one", "two", "three");
    assertThat(checkpoints.recover()).isEmpty();
    assertThat(state()).isEqualTo("three");
    assertThat(run.resolve("checkpoint.before/state")).hasContent("two");
    assertThat(run.resolve("checkpoint.next")).doesNotExist();
    checkpoints.discard();
    assertThat(run).isEmptyDirectory();
    assertThat(checkpoints.recover()).isEmpty();
    assertThat(checkpoints.exists()).isFalse();
  }

  /** Any bit flipped, or the file cut at any place, in each of the files. */
  @Test
  void damageIsFoundWhereverItIs() throws IOException {
    Random random = new Random(7);
    for (String name : new String[] {"state", "position", "sums.json"}) {
      for (int i = 0; i < 40; i++) {
        CheckpointFolder checkpoints = written("first state", "second state");
        Path file = run.resolve("checkpoint").resolve(name);
        byte[] bytes = Files.readAllBytes(file);
        if (i % 2 == 0) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
          Files.write(file, bytes);
        } else {
          Files.write(file, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        }
        assertThat(checkpoints.recover().orElse("none"))
            .contains("is damaged (")
            .endsWith("The run goes on from the checkpoint before it.");
        assertThat(state()).isEqualTo("first state");
        assertThat(checkpoints.recover()).isEmpty();
        checkpoints.discard();
      }
    }
  }

  @Test
  void aMissingFileIsDamage() throws IOException {
    CheckpointFolder checkpoints = written("one", "two");
    Files.delete(run.resolve("checkpoint/position"));
    assertThat(checkpoints.recover().orElseThrow()).contains("position is damaged (it is missing)");
  }

  @Test
  void ifAllAreDamagedTheRunCantGoOn() throws IOException {
    CheckpointFolder checkpoints = written("one");
    Files.writeString(run.resolve("checkpoint/state"), "One");
    assertThatThrownBy(checkpoints::recover)
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessageEndingWith("and there is no checkpoint before it. Start the run again.");
    CheckpointFolder two = written("two");
    Files.writeString(run.resolve("checkpoint/state"), "Two");
    assertThatThrownBy(two::recover)
        .hasMessageContaining("checkpoint/state is damaged")
        .hasMessageContaining("checkpoint.before/state is damaged");
  }

  /** Killed between the two renames, and before the first. */
  @Test
  void anInterruptedReplacementIsFinished() throws IOException {
    CheckpointFolder checkpoints = written("one", "two");
    Files.move(run.resolve("checkpoint"), run.resolve("checkpoint.next"));
    assertThat(checkpoints.recover()).isEmpty();
    assertThat(state()).isEqualTo("two");
    Files.createDirectories(run.resolve("checkpoint.next"));
    Files.writeString(run.resolve("checkpoint.next/state"), "thr");
    assertThat(checkpoints.recover()).isEmpty();
    assertThat(state()).isEqualTo("two");
    Files.move(run.resolve("checkpoint"), run.resolve("elsewhere"));
    assertThat(checkpoints.recover()).isEmpty();
    assertThat(state()).isEqualTo("one");
  }

  @Test
  void aFailedWriteLeavesTheOneBefore() throws IOException {
    CheckpointFolder checkpoints = written("one");
    assertThatThrownBy(
            () ->
                checkpoints.replace(
                    folder -> {
                      write(folder, "two");
                      throw EngramException.resources("disk full", null);
                    }))
        .hasMessage(
            "disk full\n" + run.resolve("checkpoint") + " is whole: --resume goes on from there.");
    assertThat(checkpoints.recover()).isEmpty();
    assertThat(state()).isEqualTo("one");
    assertThat(run.resolve("checkpoint.next")).doesNotExist();
  }

  @Test
  void theOneBeforeMakesRoom() throws IOException {
    CheckpointFolder checkpoints = written("one", "two");
    checkpoints.replace(
        folder -> {
          if (Files.exists(run.resolve("checkpoint.before"))) {
            throw EngramException.resources("disk full", null);
          }
          write(folder, "three");
        });
    assertThat(state()).isEqualTo("three");
    assertThat(run.resolve("checkpoint.before/state")).hasContent("two");
  }

  /** Checkpoints of earlier versions have no checksums. */
  @Test
  void withoutChecksumsItIsTakenAsItIs() throws IOException {
    Files.createDirectories(run.resolve("checkpoint"));
    write(run.resolve("checkpoint"), "old");
    assertThat(new CheckpointFolder(run).recover()).isEmpty();
    assertThat(state()).isEqualTo("old");
  }
}
