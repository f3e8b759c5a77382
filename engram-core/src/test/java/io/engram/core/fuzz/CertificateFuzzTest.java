package io.engram.core.fuzz;

import io.engram.core.certificate.Certificate;
import io.engram.core.certificate.Certificate.Measure;
import io.engram.core.certificate.Certificate.Value;
import io.engram.core.certificate.Dsse;
import io.engram.core.certificate.RequestDigest;
import io.engram.core.certificate.SigningKey;
import io.engram.core.certificate.Statement;
import io.engram.core.certificate.Verification;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.testkit.fuzz.ByteMutator;
import io.engram.testkit.fuzz.Fuzz;
import io.engram.testkit.fuzz.JsonMutator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile certificates and keys. */
class CertificateFuzzTest {
  @TempDir Path folder;

  private RequestDigest digests;
  private Statement statement;

  @BeforeEach
  void make() {
    digests = RequestDigest.ofRun(folder);
    statement =
        Statement.of(
            List.of(new Statement.Subject("model/a", Map.of("sha256", "0".repeat(64)))),
            new Certificate(
                "0.1",
                Map.of(),
                new Certificate.Run("", null, "cpu", "float32", "plain", 1, null),
                JsonFiles.mapper().createObjectNode(),
                new Certificate.Requests(
                    1,
                    Certificate.Requests.DIGEST,
                    digests.ofSalt(),
                    List.of(new Certificate.Request("ab", "known", "known", null))),
                null,
                List.of(
                    new Measure(
                        Measure.REQUESTS,
                        "log_prob",
                        "nats",
                        "lower",
                        new Value(1, -1, null),
                        new Value(1, -2, 0.5),
                        null)),
                List.of(),
                Map.of("known", 1),
                Map.of(),
                List.of("a")));
  }

  @Test
  void envelopes() throws Exception {
    Path file = folder.resolve("e.json");
    statement.envelope().write(file);
    String json = Files.readString(file);
    Fuzz.run(
        "certificate",
        1,
        json.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(json),
        bytes -> verify(Files.write(file, bytes)));
  }

  @Test
  void payloads() throws Exception {
    Path file = folder.resolve("p.json");
    String json = JsonFiles.line(statement);
    Fuzz.run(
        "certificate payload",
        1,
        json.getBytes(StandardCharsets.UTF_8),
        new JsonMutator(json),
        bytes -> {
          Dsse.unsigned(Dsse.IN_TOTO, bytes).write(file);
          verify(file);
        });
  }

  private void verify(Path file) {
    Dsse envelope = Dsse.read(file);
    Statement read = Statement.of(envelope, file);
    Verification verification = new Verification();
    verification.signature(envelope, null);
    verification.files("model", read.digests("model/"), new TreeMap<>());
    verification.requests(read.predicate().requests(), List.of(Sample.of("1", "a", "b")), digests);
    for (String stage : List.of("before", "after")) {
      verification.measures(
          read.predicate(), stage, Map.of("log_prob", new Value(1, -1, null)), 0.01);
    }
  }

  @Test
  void keys() throws Exception {
    Path key = folder.resolve("k.pem");
    Path published = SigningKey.create(key);
    byte[] pem = Files.readAllBytes(key);
    byte[] publicPem = Files.readAllBytes(published);
    Fuzz.run(
        "key",
        1,
        pem,
        new ByteMutator(pem, pem.length),
        bytes -> SigningKey.read(Files.write(key, bytes)));
    Fuzz.run(
        "public key",
        1,
        publicPem,
        new ByteMutator(publicPem, publicPem.length),
        bytes -> SigningKey.readPublic(Files.write(published, bytes)));
  }
}
