package io.engram.core.certificate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A signed envelope: bytes of a named type and signatures over both.
 *
 * <pre>
 * {"payload": BASE64, "payloadType": TYPE, "signatures": [{"keyid": KEYID, "sig": BASE64}]}
 * </pre>
 *
 * <p>A signature is over {@code PAE(type, payload) = "DSSEv1" SP LEN(type) SP type SP LEN(payload)
 * SP payload}, so neither the JSON around the payload nor its spelling matters. The list of
 * signatures may be empty: DSSE wants at least one, but an envelope that can be signed later is the
 * same file with or without.
 *
 * <p><b>Source:</b> DSSE v1.0, secure-systems-lab/dsse, protocol.md and envelope.md.
 */
public final class Dsse {
  /** The payload type of an in-toto Statement. */
  public static final String IN_TOTO = "application/vnd.in-toto+json";

  private final String type;
  private final byte[] payload;
  private final List<Signature> signatures;

  private Dsse(String type, byte[] payload, List<Signature> signatures) {
    this.type = type;
    this.payload = payload;
    this.signatures = List.copyOf(signatures);
  }

  /**
   * A signature.
   *
   * @param keyid which key made it: the SHA-256 of the public key; a hint that proves nothing
   * @param sig the signature in base64
   */
  public record Signature(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String keyid, String sig) {}

  /** An envelope that nobody has signed. */
  public static Dsse unsigned(String type, byte[] payload) {
    return new Dsse(type, payload.clone(), List.of());
  }

  /**
   * Reads an envelope.
   *
   * @throws EngramException of kind FILE if it isn't one
   */
  public static Dsse read(Path file) {
    JsonNode envelope;
    try {
      envelope = JsonFiles.mapper().readTree(JsonFiles.readText(file));
    } catch (JacksonException e) {
      throw notACertificate(file, "it is not JSON");
    }
    if (!envelope.isObject()) {
      throw notACertificate(file, envelope.isMissingNode() ? "it is empty" : "it is not an object");
    }
    List<Signature> signatures = new ArrayList<>();
    JsonNode list = envelope.path("signatures");
    if (!list.isArray()) {
      throw notACertificate(file, fault(list, "signatures", "a list"));
    }
    for (JsonNode signature : list) {
      JsonNode keyid = signature.path("keyid");
      signatures.add(
          new Signature(
              keyid.isString() ? keyid.asString() : null,
              text(signature, "sig", "sig of a signature", file)));
    }
    return new Dsse(
        text(envelope, "payloadType", "payloadType", file),
        decoded(text(envelope, "payload", "payload", file), file + ": payload"),
        signatures);
  }

  private static String text(JsonNode of, String field, String name, Path file) {
    JsonNode value = of.path(field);
    if (!value.isString()) {
      throw notACertificate(file, fault(value, name, "a text"));
    }
    return value.asString();
  }

  private static String fault(JsonNode value, String name, String kind) {
    return value.isMissingNode() || value.isNull()
        ? name + " is missing"
        : name + " is not " + kind;
  }

  private static EngramException notACertificate(Path file, String why) {
    return EngramException.file(
        "%s is not a certificate of Engram: %s. A certificate.json has payload, payloadType and signatures."
            .formatted(file, why));
  }

  /** DSSE allows both alphabets of base64. */
  private static byte[] decoded(String base64, String where) {
    try {
      return Base64.getDecoder().decode(base64.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException e) {
      throw EngramException.file(where + " is not base64: " + e.getMessage(), e);
    }
  }

  /** The bytes that a signature is over. */
  public byte[] toBeSigned() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(Packed.ascii("DSSEv1 "));
    out.writeBytes(Packed.of(List.of(type.getBytes(StandardCharsets.UTF_8), payload)));
    return out.toByteArray();
  }

  /** The same with one more signature; an earlier one of the same key is replaced. */
  public Dsse signed(SigningKey key) {
    List<Signature> all = new ArrayList<>(signatures);
    all.removeIf(earlier -> key.id().equals(earlier.keyid()));
    all.add(new Signature(key.id(), Base64.getEncoder().encodeToString(key.sign(toBeSigned()))));
    return new Dsse(type, payload, all);
  }

  /** Whether one of the signatures was made with the private half of this key. */
  public boolean isSignedBy(PublicKey key) {
    byte[] signed = toBeSigned();
    for (Signature signature : signatures) {
      byte[] bytes;
      try {
        bytes = decoded(signature.sig(), "sig");
      } catch (EngramException e) {
        continue; // What isn't base64 can't be a signature.
      }
      if (SigningKey.verifies(key, signed, bytes)) {
        return true;
      }
    }
    return false;
  }

  /** Writes the envelope, replacing an existing file. */
  public void write(Path file) {
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("payload", Base64.getEncoder().encodeToString(payload));
    envelope.put("payloadType", type);
    envelope.put("signatures", signatures);
    JsonFiles.write(file, envelope);
  }

  /** The type of the payload. */
  public String type() {
    return type;
  }

  /** The payload as text. */
  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  /** The signatures; empty if nobody has signed. */
  public List<Signature> signatures() {
    return signatures;
  }
}
