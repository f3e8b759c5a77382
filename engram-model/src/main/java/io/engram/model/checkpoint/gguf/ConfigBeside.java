package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A config.json beside a GGUF file. The GGUF file's own settings win, since they belong to the
 * weights; the config.json adds what GGUF files don't store, such as Mistral's sliding window. A
 * config.json with other sizes belongs to another model, so it is refused.
 */
final class ConfigBeside {
  private static final List<String> SIZES =
      List.of(
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim");

  /** Rotary positions under the names of other versions of transformers. */
  private static final List<String> ROTARY = List.of("rope_parameters", "rope_scaling");

  /** The kind of model, which the config.json knows more exactly: Mistral, not Llama. */
  private static final List<String> NAMES = List.of("model_type", "architectures");

  private ConfigBeside() {}

  /**
   * Both together.
   *
   * @param own the GGUF file's
   * @param modelTypes {@code model_type} values that go with the GGUF file's architecture
   * @param where the config.json's name
   * @throws EngramException naming the sizes that differ
   */
  static ObjectNode merged(
      Path gguf, ObjectNode own, Set<String> modelTypes, ObjectNode beside, String where) {
    List<String> different = new ArrayList<>();
    String type = beside.path("model_type").asString("");
    if (!modelTypes.contains(type)) {
      different.add("model_type \"" + type + "\"");
    }
    for (String size : SIZES) {
      JsonNode theirs = beside.path(size);
      if (theirs.isNumber() && own.has(size) && !theirs.equals(own.path(size))) {
        different.add(size + " " + theirs + " where the GGUF file has " + own.path(size));
      }
    }
    if (!different.isEmpty()) {
      throw EngramException.file(
          String.format(
              "%s belongs to another model than %s beside it: %s.%n"
                  + "Move one of them to another folder; the GGUF file needs no config.json.",
              where, gguf, String.join("; ", different)));
    }
    ObjectNode merged = beside.deepCopy();
    merged.remove(ROTARY);
    ObjectNode said = own.deepCopy().remove(NAMES);
    if (said.path(ConfigDraft.SpecialTokens.PADDING).isNull()) {
      said.remove(ConfigDraft.SpecialTokens.PADDING);
    }
    merged.setAll(said);
    return merged;
  }
}
