package io.engram.core.certificate;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.OwnerOnly;
import io.engram.core.sample.Sample;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Digests of requests that give nothing away: {@code SHA-256(salt ‖ packed)}, in hexadecimal. The
 * salt is 32 random bytes that only the owner of a run has; without it a short answer could be
 * found by trying.
 *
 * <p>{@code packed} joins the parts of a request, each as {@code LEN SP BYTES} with its length in
 * bytes, with a space between two. The parts are names and values in turn: {@code question}, the
 * question, {@code answer}, the answer; or {@code text}, the text; of a conversation each role and
 * message and then {@code answer}, the answer; of token ids {@code prompt_ids}, {@code answer_ids}
 * and the ids with commas. Texts are in Unicode's form NFC and UTF-8. The request's id is not a
 * part.
 */
public final class RequestDigest {
  /** Bytes of a salt. */
  public static final int SALT_BYTES = 32;

  /** The file of the salt, in the run folder: the bytes in hexadecimal. */
  public static final String SALT = OwnerOnly.FOLDER + "/salt";

  private final byte[] salt;

  private RequestDigest(byte[] salt) {
    this.salt = salt;
  }

  /** The salt of a run folder, made if the run has none yet. */
  public static RequestDigest ofRun(Path run) {
    Path file = run.resolve(SALT);
    if (Files.exists(file)) {
      return read(file);
    }
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    OwnerOnly.folder(run.resolve(OwnerOnly.FOLDER));
    OwnerOnly.writeNew(file, HexFormat.of().formatHex(salt) + "\n");
    return new RequestDigest(salt);
  }

  /**
   * Reads a salt.
   *
   * @throws EngramException of kind FILE if it isn't 32 bytes in hexadecimal
   */
  public static RequestDigest read(Path file) {
    String text = JsonFiles.readText(file).strip();
    if (!text.matches("[0-9a-fA-F]{64}")) {
      throw EngramException.file(
          file + " is not a salt: 64 hexadecimal digits are one; a run keeps it in " + SALT + ".");
    }
    return new RequestDigest(HexFormat.of().parseHex(text.toLowerCase(Locale.ROOT)));
  }

  /** The SHA-256 of the salt alone, which tells whether a salt is the right one. */
  public String ofSalt() {
    return HexFormat.of().formatHex(sha256().digest(salt));
  }

  /** The digest of a request. */
  public String of(Sample request) {
    MessageDigest digest = sha256();
    digest.update(salt);
    return HexFormat.of().formatHex(digest.digest(packed(request)));
  }

  /** A request's parts, joined. */
  static byte[] packed(Sample request) {
    List<String> parts = new ArrayList<>();
    if (request.content() instanceof Sample.QuestionAnswer asked) {
      parts.addAll(List.of("question", asked.question(), "answer", asked.answer()));
    } else if (request.content() instanceof Sample.Asked talk) {
      talk.messages().forEach(m -> parts.addAll(List.of(m.role(), m.content())));
      parts.addAll(List.of("answer", talk.answer()));
    } else if (request.content() instanceof Sample.PlainText text) {
      parts.addAll(List.of("text", text.text()));
    } else if (request.content() instanceof Sample.TokenIds ids) {
      parts.addAll(List.of("prompt_ids", commas(ids.prompt())));
      parts.addAll(List.of("answer_ids", commas(ids.answer())));
    }
    return Packed.of(
        parts.stream()
            .map(part -> Normalizer.normalize(part, Normalizer.Form.NFC))
            .map(part -> part.getBytes(StandardCharsets.UTF_8))
            .toList());
  }

  private static String commas(List<Integer> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
