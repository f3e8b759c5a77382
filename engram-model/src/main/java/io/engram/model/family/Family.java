package io.engram.model.family;

import io.engram.core.EngramException;
import io.engram.model.decoder.DecoderConfig;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A model family: reads its config.json into the one decoder's configuration. */
public interface Family {
  /** The families that can be opened; a new one is a line here. */
  List<Family> ALL = List.of(new LlamaFamily());

  /** The {@code model_type} values that this family reads. */
  List<String> modelTypes();

  /**
   * Reads a config.json.
   *
   * @param config the parsed file
   * @param where the file's name for messages
   * @throws EngramException naming each setting that is missing or not supported
   */
  DecoderConfig read(JsonNode config, String where);

  /** The configuration in {@code config}, read by the family that its {@code model_type} names. */
  static DecoderConfig readAny(JsonNode config, String where) {
    String type = config.path("model_type").asString("");
    return ALL.stream()
        .filter(f -> f.modelTypes().contains(type))
        .findFirst()
        .orElseThrow(
            () ->
                EngramException.usage(
                    where
                        + ": model_type "
                        + (type.isEmpty() ? "is missing" : "\"" + type + "\" is not supported")
                        + "; supported: "
                        + ALL.stream()
                            .flatMap(f -> f.modelTypes().stream())
                            .collect(Collectors.joining(", "))
                        + "."))
        .read(config, where);
  }
}
