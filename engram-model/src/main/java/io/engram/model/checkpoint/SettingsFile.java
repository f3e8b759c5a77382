package io.engram.model.checkpoint;

import io.engram.core.EngramException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A JSON file of a model's folder: config.json, an index of shards, an adapter's settings. */
public final class SettingsFile {
  /**
   * The largest, indexes and tokenizers, reach 35 MB. Parsing takes many times the size of the
   * text.
   */
  private static final int MOST_BYTES = 1 << 26;

  private SettingsFile() {}

  /**
   * Reads a file.
   *
   * @throws EngramException if it can't be read, is far too long or isn't JSON
   */
  public static JsonNode read(Path file) {
    try {
      return JsonMapper.shared().readTree(bytes(file));
    } catch (JacksonException e) {
      throw EngramException.file(file + " isn't valid JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * All of a file.
   *
   * @throws EngramException if it can't be read or is far too long
   */
  public static byte[] bytes(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw EngramException.file(
            file + " has more than " + MOST_BYTES + " bytes, far more than settings take.");
      }
      return bytes;
    } catch (IOException e) {
      throw EngramException.file(file + " could not be read: " + e.getMessage(), e);
    }
  }
}
