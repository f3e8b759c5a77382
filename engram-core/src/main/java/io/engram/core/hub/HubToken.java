package io.engram.core.hub;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The secret that a hub knows a user by: {@code HF_TOKEN}, else what {@code hf auth login} (once
 * {@code huggingface-cli login}) left in a file. It has no {@code toString}, so that it can't be
 * printed by mistake.
 */
final class HubToken {
  private static final Pattern VISIBLE = Pattern.compile("[!-~]{1,4096}");
  private static final long LONGEST_FILE_BYTES = 8192;

  private final String secret;
  private final String source;

  private HubToken(String secret, String source) {
    this.secret = secret;
    this.source = source;
  }

  /**
   * The user's token, or null.
   *
   * @throws EngramException of kind USAGE if there is one that can't be sent
   */
  static @Nullable HubToken find(HubSettings.Environment environment) {
    if (environment.isOn("HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
      return null;
    }
    for (String name : new String[] {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
      String value = environment.get(name);
      if (value != null) {
        return of(value.strip(), name);
      }
    }
    Path file =
        environment.path(
            "HF_TOKEN_PATH", environment.huggingFaceHome().resolve("token").toString());
    String text = read(file);
    return text.isEmpty() ? null : of(text, file.toString());
  }

  private static String read(Path file) {
    try {
      return Files.isRegularFile(file) && Files.size(file) <= LONGEST_FILE_BYTES
          ? Files.readString(file).strip()
          : "";
    } catch (IOException e) {
      return "";
    }
  }

  private static HubToken of(String secret, String source) {
    if (!VISIBLE.matcher(secret).matches()) {
      throw EngramException.usage(
          "The token in " + source + " holds blanks or other characters that no token has.");
    }
    return new HubToken(secret, source);
  }

  /** Value of the Authorization header. */
  String header() {
    return "Bearer " + secret;
  }

  /** Where it was set: a variable or a file. */
  String source() {
    return source;
  }
}
