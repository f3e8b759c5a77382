package io.engram.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForgetRunTest {
  @TempDir Path folder;

  @Test
  void theBestRunIsTheOneNamedOrTheFolderItself() throws Exception {
    assertThat(ForgetRun.best(folder)).isEqualTo(folder);
    Files.writeString(folder.resolve("stronger"), "stronger-2\n");
    assertThat(ForgetRun.best(folder)).isEqualTo(folder.resolve("stronger-2"));
  }

  /** A folder from elsewhere could name any other, whose model would then be taken. */
  @ParameterizedTest
  @ValueSource(strings = {"..", "../x", "/etc", "stronger-1/../..", "", "a\u0000b"})
  void theBestRunIsInsideTheFolder(String name) throws Exception {
    Files.writeString(folder.resolve("stronger"), name);
    assertThatThrownBy(() -> ForgetRun.best(folder))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("is not a run in this folder");
  }
}
