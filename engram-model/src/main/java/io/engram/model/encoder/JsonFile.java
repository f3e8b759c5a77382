package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.model.checkpoint.SettingsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** The JSON files of an encoder's folder. */
final class JsonFile {
  private JsonFile() {}

  /**
   * Reads a file that must be there.
   *
   * @throws EngramException if it's missing or no JSON
   */
  static JsonNode read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw EngramException.file(
          "%s has no %s; the Hugging Face folder of an encoder has one."
              .formatted(file.getParent(), file.getFileName()));
    }
    return SettingsFile.read(file);
  }

  /** Reads a file; a missing node where there is none. */
  static JsonNode readIfThere(Path file) {
    return Files.isRegularFile(file) ? read(file) : MissingNode.getInstance();
  }
}
