package io.engram.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SigningKeyTest {
  @TempDir Path folder;

  @Test
  void readsTheKeyOfAnotherProgram() {
    SigningKey key = SigningKey.read(Golden.path("certificate/key.pem"));
    assertThat(key.publicKey())
        .isEqualTo(SigningKey.readPublic(Golden.path("certificate/key.pem.pub")));
    assertThat(key.id())
        .isEqualTo(Golden.json("certificate/expected.json").path("key_id").asString());
  }

  @Test
  void aNewKeySignsAndItsPublicHalfVerifies() {
    Path file = folder.resolve("keys/mine.pem");
    Path published = SigningKey.create(file);
    assertThat(published).hasFileName("mine.pem.pub");
    SigningKey key = SigningKey.read(file);
    byte[] message = {1, 2, 3};
    assertThat(SigningKey.verifies(SigningKey.readPublic(published), message, key.sign(message)))
        .isTrue();
    assertThatThrownBy(() -> SigningKey.create(file))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("a key is never overwritten");
  }

  @Test
  void aPublicFileInTheWayIsNotOverwrittenAndNoKeyIsMade() throws IOException {
    Files.writeString(folder.resolve("a.pub"), "mine");
    assertThatThrownBy(() -> SigningKey.create(folder.resolve("a")))
        .hasMessageContaining("a.pub exists");
    assertThat(folder.resolve("a")).doesNotExist();
    assertThat(folder.resolve("a.pub")).hasContent("mine");
  }

  /** What a killed command left is in no way, and nothing is left beside the two. */
  @Test
  void bothHalvesAppearOrNeither() throws IOException {
    Files.writeString(folder.resolve("a.part"), "of a killed command");
    Files.createDirectories(folder.resolve("a.pub.part/full"));
    assertThatThrownBy(() -> SigningKey.create(folder.resolve("a")))
        .isInstanceOf(EngramException.class);
    assertThat(folder.resolve("a")).doesNotExist();
    assertThat(folder.resolve("a.pub")).doesNotExist();
    assertThat(folder.resolve("a.part")).doesNotExist();
    Files.delete(folder.resolve("a.pub.part/full"));
    Files.delete(folder.resolve("a.pub.part"));
    SigningKey.create(folder.resolve("a"));
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("a", "a.pub");
    }
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "file modes are POSIX's")
  void onlyTheOwnerReadsThePrivateHalf() throws IOException {
    SigningKey.create(folder.resolve("a"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a"))))
        .isEqualTo("rw-------");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          key.pem.pub         | is a public key; signing needs the private one
          rsa.pem             | is not an Ed25519 private key in PEM, but a key of another kind
          ec.pem              | is not an Ed25519 private key in PEM, but a key of another kind
          rsa-traditional.pem | is not an Ed25519 private key in PEM, but a rsa private key
          openssh.pem         | is not an Ed25519 private key in PEM, but a openssh private key
          encrypted.pem       | is encrypted; Engram can't ask for its passphrase
          envelope.json       | is not a key: a key's file begins with -----BEGIN
          salt                | is not a key
          none.pem            | does not exist
          """)
  void whatIsNoPrivateKeyIsNamed(String file, String message) {
    Path golden = Golden.path("certificate/key.pem").resolveSibling(file);
    assertThatThrownBy(() -> SigningKey.read(golden))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(file)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          key.pem             | is a private key; --public-key takes the public one
          encrypted.pem       | is a private key
          rsa.pem.pub         | is not an Ed25519 public key in PEM, but a key of another kind
          envelope.json       | is not a key
          """)
  void whatIsNoPublicKeyIsNamed(String file, String message) {
    Path golden = Golden.path("certificate/key.pem").resolveSibling(file);
    assertThatThrownBy(() -> SigningKey.readPublic(golden))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aTruncatedKeyIsNamed() throws IOException {
    String whole = Files.readString(Golden.path("certificate/key.pem"));
    Path half = Files.writeString(folder.resolve("half.pem"), whole.substring(0, 60));
    assertThatThrownBy(() -> SigningKey.read(half)).hasMessageContaining("is not a key");
    Path shorter = folder.resolve("shorter.pem");
    Files.writeString(shorter, whole.replaceFirst("MC4CAQAw", "MC4CAQ=="));
    assertThatThrownBy(() -> SigningKey.read(shorter)).isInstanceOf(EngramException.class);
  }
}
