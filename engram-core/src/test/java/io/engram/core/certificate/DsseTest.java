package io.engram.core.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.testkit.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Beside Python's cryptography, which made the golden envelope; the first by hand. */
final class DsseTest {
  @TempDir Path folder;

  private static Dsse golden() {
    return Dsse.read(Golden.path("certificate/envelope.json"));
  }

  private static SigningKey key() {
    return SigningKey.read(Golden.path("certificate/key.pem"));
  }

  /** The example of DSSE's protocol.md. */
  @Test
  void theSignedBytesOfTheSpecification() {
    Dsse envelope =
        Dsse.unsigned(
            "http://example.com/HelloWorld", "hello world".getBytes(StandardCharsets.UTF_8));
    assertThat(new String(envelope.toBeSigned(), StandardCharsets.UTF_8))
        .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  }

  @Test
  void lengthsAreThoseOfBytes() {
    Dsse envelope = Dsse.unsigned("t", "é".getBytes(StandardCharsets.UTF_8));
    assertThat(envelope.toBeSigned()).isEqualTo("DSSEv1 1 t 2 é".getBytes(StandardCharsets.UTF_8));
    assertThat(Dsse.unsigned("", new byte[0]).toBeSigned())
        .isEqualTo("DSSEv1 0  0 ".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void anotherProgramsEnvelopeIsReadAndItsSignatureHolds() {
    assertThat(HexFormat.of().formatHex(golden().toBeSigned()))
        .isEqualTo(Golden.json("certificate/expected.json").path("pae_hex").asString());
    assertThat(golden().type()).isEqualTo(Dsse.IN_TOTO);
    assertThat(golden().text()).contains("naïve");
    assertThat(golden().isSignedBy(SigningKey.readPublic(Golden.path("certificate/key.pem.pub"))))
        .isTrue();
  }

  @Test
  void theSameKeyMakesTheSameSignatureAndReplacesIt() throws IOException {
    Dsse again = golden().signed(key());
    assertThat(again.signatures()).isEqualTo(golden().signatures());
    again.write(folder.resolve("again.json"));
    Dsse read = Dsse.read(folder.resolve("again.json"));
    assertThat(read.text()).isEqualTo(golden().text());
    assertThat(read.isSignedBy(key().publicKey())).isTrue();
  }

  @Test
  void anotherKeyAnotherPayloadAndAnotherSignatureDontHold() throws IOException {
    assertThat(golden().isSignedBy(SigningKey.readPublic(Golden.path("certificate/other.pem.pub"))))
        .isFalse();
    String json = Files.readString(Golden.path("certificate/envelope.json"));
    assertThat(isSigned(json.replace("eyJfdHlwZSI6", "eyJfdHlwZSA6"))).isFalse();
    assertThat(isSigned(json.replace("vnd.in-toto+json", "vnd.in-toto+jsom"))).isFalse();
    int at = json.indexOf("\"sig\": \"") + 12;
    char changed = json.charAt(at) == 'A' ? 'B' : 'A';
    assertThat(isSigned(json.substring(0, at) + changed + json.substring(at + 1))).isFalse();
    assertThat(isSigned(json.replaceAll("\"sig\": \"[^\"]*\"", "\"sig\": \"?\""))).isFalse();
    assertThat(isSigned(json.replaceAll("\"signatures\".*", "\"signatures\": []}"))).isFalse();
  }

  private boolean isSigned(String json) throws IOException {
    Path file = Files.writeString(folder.resolve("changed.json"), json);
    return Dsse.read(file).isSignedBy(key().publicKey());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{\"payload\": \"\"}",
        "{\"payload\": \"?\", \"payloadType\": \"t\", \"signatures\": []}",
        "{\"payload\": \"\", \"payloadType\": \"t\", \"signatures\": [null]}",
        "{\"payload\": \"\", \"payloadType\": \"t\", \"signatures\": [{}]}",
        "{\"payload\": {}, \"payloadType\": [], \"signatures\": 3}",
      })
  void whatIsNoEnvelopeIsRefused(String json) throws IOException {
    Path file = Files.writeString(folder.resolve("file.json"), json);
    assertThatThrownBy(() -> Dsse.read(file))
        .isInstanceOf(EngramException.class)
        .hasMessageContaining("file.json")
        .hasMessageNotContainingAny("io.engram", "Dsse", "deserialize", "token");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          no JSON                                             | it is not JSON
          []                                                  | it is not an object
          {"payload": ""}                                     | signatures is missing
          {"signatures": 3}                                   | signatures is not a list
          {"signatures": [], "payloadType": 3}                | payloadType is not a text
          {"signatures": [], "payloadType": "t"}              | payload is missing
          {"signatures": [{}], "payloadType": "", "payload":""} | sig of a signature is missing
          """)
  void whatIsMissingIsNamed(String json, String why) throws IOException {
    Path file = Files.writeString(folder.resolve("file.json"), json);
    assertThatThrownBy(() -> Dsse.read(file))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessageStartingWith(file + " is not a certificate of Engram: " + why + ".");
  }
}
