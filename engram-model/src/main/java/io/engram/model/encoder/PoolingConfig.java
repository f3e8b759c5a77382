package io.engram.model.encoder;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** The config.json of a sentence-transformers pooling module, in its older and newer spelling. */
final class PoolingConfig {
  private static final String FLAG = "pooling_mode_";

  private PoolingConfig() {}

  /**
   * Reads it.
   *
   * @throws EngramException if it asks for anything but the mean or the first token
   */
  static Pooling read(Path file) {
    List<String> modes = new ArrayList<>();
    for (Map.Entry<String, JsonNode> setting : JsonFile.read(file).properties()) {
      String key = setting.getKey();
      JsonNode value = setting.getValue();
      if (key.startsWith(FLAG)) {
        if (value.asBoolean(false)) {
          modes.add(key.substring(FLAG.length()).replace("_tokens", "").replace("_token", ""));
        }
      } else if (key.equals("pooling_mode")) {
        modes.add(value.asString(value.toString()));
      } else if (!key.endsWith("embedding_dimension") && !key.equals("include_prompt")) {
        throw EngramException.file(file + ": " + key + " " + value + " is not supported.");
      }
    }
    if (modes.equals(List.of("mean"))) {
      return Pooling.MEAN;
    }
    if (modes.equals(List.of("cls"))) {
      return Pooling.CLS;
    }
    throw EngramException.file(
        file + ": pooling " + modes + " is not supported; one of mean and cls is.");
  }
}
