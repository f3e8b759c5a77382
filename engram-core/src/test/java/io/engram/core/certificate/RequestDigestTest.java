package io.engram.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.core.sample.SampleSource;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Beside Python's hashlib and unicodedata. */
final class RequestDigestTest {
  @TempDir Path folder;

  private static RequestDigest golden() {
    return RequestDigest.read(Golden.path("certificate/salt"));
  }

  @Test
  void everyKindOfRequestHasTheDigestOfAnotherProgram() {
    JsonNode expected = Golden.json("certificate/expected.json");
    assertThat(golden().ofSalt()).isEqualTo(expected.path("salt_sha256").asString());
    List<JsonNode> rows = expected.path("digests").valueStream().toList();
    assertThat(rows).hasSize(7);
    Path file = folder.resolve("row.jsonl");
    for (JsonNode row : rows) {
      JsonFiles.writeLines(file, List.of(row.path("row")));
      Sample sample = SampleSource.load(file.toString()).get(0);
      assertThat(HexFormat.of().formatHex(RequestDigest.packed(sample)))
          .isEqualTo(row.path("packed_hex").asString());
      assertThat(golden().of(sample)).isEqualTo(row.path("digest").asString());
    }
  }

  /** By hand: the parts, their lengths in bytes, and where they end. */
  @Test
  void partsArePackedWithTheirLengths() {
    assertThat(new String(RequestDigest.packed(Sample.of("x", "é?", "b")), StandardCharsets.UTF_8))
        .isEqualTo("8 question 3 é? 6 answer 1 b");
    assertThat(golden().of(Sample.of("x", "ab", "c")))
        .isEqualTo(golden().of(Sample.of("another id", "ab", "c")))
        .isNotEqualTo(golden().of(Sample.of("x", "a", "bc")));
  }

  @Test
  void aRunHasOneSaltAndKeepsIt() throws IOException {
    RequestDigest made = RequestDigest.ofRun(folder);
    assertThat(RequestDigest.ofRun(folder).ofSalt()).isEqualTo(made.ofSalt());
    String hex = Files.readString(folder.resolve("private/salt")).strip();
    assertThat(hex).hasSize(64);
    assertThat(made.ofSalt()).isNotEqualTo(Hashes.sha256(hex));
    assertThat(RequestDigest.ofRun(folder.resolve("other")).ofSalt()).isNotEqualTo(made.ofSalt());
    Files.writeString(folder.resolve("short"), "abc");
    assertThatThrownBy(() -> RequestDigest.read(folder.resolve("short")))
        .hasMessageContaining("is not a salt: 64 hexadecimal digits are one");
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "file modes are POSIX's")
  void onlyTheOwnerSeesTheSalt() throws IOException {
    RequestDigest.ofRun(folder);
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("private"))))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("private/salt"))))
        .isEqualTo("rw-------");
  }
}
