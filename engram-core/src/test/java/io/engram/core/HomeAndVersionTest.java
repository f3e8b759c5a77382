package io.engram.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeAndVersionTest {
  @TempDir Path temporary;

  @AfterEach
  void forgetHome() {
    System.clearProperty("engram.home");
  }

  @Test
  void homeIsTheFolderAboveThatHoldsTheData() {
    assertThat(EngramHome.resolve("data/tofu/forget01.jsonl")).isAbsolute().isRegularFile();
    assertThat(EngramHome.find("data/nothing")).isEmpty();
  }

  @Test
  void thePropertyWins() {
    System.setProperty("engram.home", temporary.toString());
    assertThatThrownBy(() -> EngramHome.resolve("models/mini"))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            ("models/mini is not there: Engram's home is %s. Set ENGRAM_HOME to the folder that"
                    + " holds it.")
                .formatted(temporary));
  }

  @Test
  void theVersionComesFromTheBuild() {
    assertThat(Version.code()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?( \\([0-9a-f]{7,}\\))?");
  }
}
