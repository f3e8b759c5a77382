package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusalsTest {
  @TempDir private Path folder;

  @Test
  void listsThatComeWithEngramAreKnownByName() {
    // Table 3, WHP.
    assertThat(Batches.Refusals.read("copyright", 1).lines())
        .hasSize(49)
        .contains(
            "I apologize, but I'm legally restricted from fulfilling this request.",
            "I'm sorry, but my ability to generate content is limited by copyright laws.",
            "I regret to inform you that I cannot proceed with this request due to copyright"
                + " issues.",
            "I'm unable to comply with this request in adherence to copyright laws.")
        .noneMatch(line -> line.startsWith("\"") || line.equals("Refusal Response"));
    assertThat(Batches.Refusals.read("polite", 1).lines()).hasSize(48);
    assertThat(Batches.Refusals.read("tofu", 1).lines())
        .isEqualTo(Batches.Refusals.read(null, 1).lines());
  }

  @Test
  void aFileHasOneALine() throws IOException {
    Path file = Files.writeString(folder.resolve("own.txt"), "No.\n\n  Never. \n");
    assertThat(Batches.Refusals.read(file.toString(), 1).lines()).containsExactly("No.", "Never.");
    assertThatThrownBy(() -> Batches.Refusals.read("copywrong", 1))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("method.refusals: copywrong");
  }
}
