package io.engram.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HashesTest {
  /** FIPS 180-2, appendix B.1. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path temporary;

  @Test
  void aFileHashesAsItsText() throws IOException {
    assertThat(Hashes.sha256("abc")).isEqualTo(ABC);
    assertThat(Hashes.sha256(Files.writeString(temporary.resolve("f"), "abc"))).isEqualTo(ABC);
  }

  @Test
  void aFolderHashesAsItsListing() throws IOException {
    Files.createDirectories(temporary.resolve("b"));
    Files.writeString(temporary.resolve("b/c"), "abc");
    Files.writeString(temporary.resolve("a"), "abc");
    assertThat(Hashes.sha256(temporary)).isEqualTo(Hashes.sha256(ABC + "  a\n" + ABC + "  b/c\n"));
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> Hashes.sha256(temporary.resolve("none")))
        .hasMessageStartingWith(temporary.resolve("none") + " can't be read");
  }
}
