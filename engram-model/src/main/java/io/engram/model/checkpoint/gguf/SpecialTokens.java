package io.engram.model.checkpoint.gguf;

import io.engram.core.EngramException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;

/** Begin, end and padding tokens of a GGUF file's vocabulary. */
final class SpecialTokens {
  private static final String PREFIX = "tokenizer.ggml.";

  /** The one that stands as null where the file has none. */
  static final String PADDING = "pad_token_id";

  private SpecialTokens() {}

  /** Writes their ids; several end tokens as a list, the vocabulary's own first. */
  static void configure(ConfigDraft draft) {
    put(draft, "bos_token_id", List.of("bos_token_id"));
    put(draft, "eos_token_id", List.of("eos_token_id", "eot_token_id"));
    // Without the setting transformers takes some family's own, whatever the vocabulary.
    draft.config().putNull(PADDING);
    put(draft, PADDING, List.of("padding_token_id"));
  }

  private static void put(ConfigDraft draft, String key, List<String> settings) {
    Set<Integer> ids = new LinkedHashSet<>();
    for (String setting : settings) {
      OptionalLong id = draft.metadata().whole(PREFIX + setting);
      id.ifPresent(value -> ids.add(within(draft, PREFIX + setting, value)));
    }
    if (ids.size() > 1) {
      ArrayNode list = draft.config().putArray(key);
      ids.forEach(list::add);
    } else {
      ids.forEach(id -> draft.config().put(key, id));
    }
  }

  private static int within(ConfigDraft draft, String setting, long id) {
    int size = draft.config().path("vocab_size").intValue();
    if (id < 0 || id >= size) {
      throw EngramException.file(
          String.format(
              "%s: %s is %s, no token of the vocabulary of %d.",
              draft.path(), setting, Long.toUnsignedString(id), size));
    }
    return (int) id;
  }
}
