package io.engram.model.family;

import io.engram.core.EngramException;
import io.engram.model.decoder.config.DecoderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** A model family: reads its config.json into the one decoder's configuration. */
public interface Family {
  /** The families that can be opened; to add one, add a line here. */
  List<Family> ALL =
      List.of(
          new LlamaFamily(),
          new LlamaFamily.Mistral(),
          new LlamaFamily.Qwen2(),
          new LlamaFamily.Qwen3(),
          new Phi3Family(),
          new LlamaFamily.SmolLm3(),
          new LlamaFamily.Olmo2(),
          new GemmaFamily.Gemma2(),
          new GemmaFamily.Gemma3(),
          new GptNeoXFamily(),
          new Gpt2Family(),
          new OptFamily());

  /** The {@code model_type} that this family reads. */
  String modelType();

  /**
   * Reads a config.json; what is missing or not supported is added to the reader's faults.
   *
   * @param reader the parsed file
   */
  DecoderConfig read(ConfigReader reader);

  /**
   * The configuration in {@code config}, read by the family that its {@code model_type} names.
   *
   * @param config the parsed file
   * @param where the file's name for messages
   * @throws EngramException naming each setting that is missing or not supported
   */
  static DecoderConfig readAny(JsonNode config, String where) {
    String type = config.path("model_type").asString("");
    Family family =
        ALL.stream()
            .filter(f -> f.modelType().equals(type))
            .findFirst()
            .orElseThrow(() -> EngramException.usage(where + ": model_type " + unknown(type)));
    ConfigReader reader = new ConfigReader(config, new ArrayList<>());
    DecoderConfig read = family.read(reader);
    reader.refuse("quantization_config");
    if (!reader.faults().isEmpty()) {
      throw EngramException.file(where + ": " + String.join("; ", reader.faults()) + ".");
    }
    return read;
  }

  private static String unknown(String type) {
    return (type.isEmpty() ? "is missing" : "\"" + type + "\" is not supported")
        + "; supported: "
        + ALL.stream().map(Family::modelType).collect(Collectors.joining(", "))
        + ".";
  }
}
