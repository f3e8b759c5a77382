package io.engram.model.encoder;

import io.engram.core.EngramException;
import io.engram.core.run.Hashes;
import io.engram.model.checkpoint.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/**
 * A Hugging Face folder of an encoder.
 *
 * @param json its parsed config.json
 * @param config what that says
 */
record EncoderFolder(Path path, JsonNode json, EncoderConfig config) {
  static EncoderFolder read(Path folder) {
    Path file = folder.resolve("config.json");
    JsonNode json = JsonFile.read(file);
    return new EncoderFolder(folder, json, EncoderConfig.read(json, file.toString()));
  }

  /**
   * SHA-256 over configuration, weights and tokenizer. Exports to other formats, which hubs keep in
   * the same folder, don't count.
   *
   * @param more other files that were read
   */
  String hash(List<Path> more) {
    List<Path> files = new ArrayList<>(more);
    try (Stream<Path> own = Files.list(path)) {
      own.filter(EncoderFolder::isRead).sorted().forEach(files::add);
    } catch (IOException e) {
      throw EngramException.file(path + " can't be read: " + e.getMessage(), e);
    }
    StringBuilder lines = new StringBuilder();
    files.forEach(
        file ->
            lines.append(Hashes.sha256(file)).append("  ").append(file.getFileName()).append('\n'));
    return Hashes.sha256(lines.toString());
  }

  private static boolean isRead(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(".safetensors")
        || List.of("config.json", "tokenizer.json", "tokenizer_config.json").contains(name);
  }

  /** The JSON files of an encoder's folder. */
  static final class JsonFile {
    private JsonFile() {}

    /**
     * Reads a file that must be there.
     *
     * @throws EngramException if it's missing or isn't JSON
     */
    static JsonNode read(Path file) {
      if (!Files.isRegularFile(file)) {
        throw EngramException.file(
            "%s has no %s; the Hugging Face folder of an encoder has one."
                .formatted(file.getParent(), file.getFileName()));
      }
      return SettingsFile.read(file);
    }

    /** Reads a file; a missing node if there is none. */
    static JsonNode readIfThere(Path file) {
      return Files.isRegularFile(file) ? read(file) : MissingNode.getInstance();
    }
  }
}
