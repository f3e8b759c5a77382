package io.engram.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFolderTest {
  @TempDir Path folder;

  @Test
  void countsOnWhereTheNameIsTaken() throws Exception {
    Path runs = folder.resolve("runs");
    assertThat(NewFolder.in(runs, "a-forget")).isEqualTo(runs.resolve("a-forget")).doesNotExist();
    Files.createDirectories(runs.resolve("a-forget"));
    assertThat(NewFolder.in(runs, "a-forget")).isEqualTo(runs.resolve("a-forget-2"));
    Files.createDirectories(runs.resolve("a-forget-2"));
    assertThat(NewFolder.in(runs, "a-forget")).isEqualTo(runs.resolve("a-forget-3"));
    assertThat(NewFolder.in(runs, "b-forget")).isEqualTo(runs.resolve("b-forget"));
  }
}
