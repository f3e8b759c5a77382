package io.engram.model.text;

import io.engram.core.EngramException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Reads the text files beside a model's weights, up to a size limit. */
final class TextFiles {
  /** Several times the largest tokenizers. */
  static final long MOST_BYTES = 200_000_000;

  private TextFiles() {}

  /**
   * A file's JSON; a missing node if there is no file.
   *
   * @throws EngramException if it isn't JSON, or too long or too deep to be a model's settings
   */
  static JsonNode json(Path file) {
    if (!Files.isRegularFile(file)) {
      return MissingNode.getInstance();
    }
    try {
      return JsonMapper.shared().readTree(bytes(file));
    } catch (JacksonException e) {
      throw EngramException.file(file + " isn't valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** A file's text. */
  static String text(Path file) {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }

  /** All of a file. */
  static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw EngramException.file(
            file + " has " + Files.size(file) + " bytes; " + MOST_BYTES + " can be read.");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw EngramException.file(file + " can't be read: " + e.getMessage(), e);
    }
  }
}
