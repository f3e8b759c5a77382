package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.OrderedMap;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Builds the parts of a tokenizer.json as JSON trees.
 *
 * <p><b>Source:</b> the Hugging Face tokenizers library's serialisation of its components.
 */
final class TokenizerTree {
  private TokenizerTree() {}

  /** A component of a type, with its settings. */
  static ObjectNode part(String type, Map<String, ?> settings) {
    ObjectNode part = JsonMapper.shared().createObjectNode().put("type", type);
    settings.forEach((name, value) -> part.set(name, JsonMapper.shared().valueToTree(value)));
    return part;
  }

  /**
   * Components one after another.
   *
   * @param name what the list is called: normalizers, pretokenizers, decoders
   */
  static ObjectNode sequence(String name, List<ObjectNode> parts) {
    return part("Sequence", Map.of(name, parts));
  }

  /** Replaces a text, or what a pattern matches. */
  static ObjectNode replace(boolean pattern, String old, String by) {
    return part(
        "Replace",
        OrderedMap.of("pattern", Map.of(pattern ? "Regex" : "String", old), "content", by));
  }

  /**
   * Bytes written as letters.
   *
   * @param words whether the text is first split into GPT-2's words
   */
  static ObjectNode bytes(boolean words) {
    return part(
        "ByteLevel",
        OrderedMap.of("add_prefix_space", false, "trim_offsets", false, "use_regex", words));
  }

  /**
   * Puts added tokens into a tokenizer.json, and those that its vocabulary lacks into the
   * vocabulary, which assigns their ids.
   *
   * @param origin the file, for messages
   */
  static void setAdded(ObjectNode tree, List<AddedTokens.Token> added, String origin) {
    List<AddedTokens.Token> ordered =
        added.stream().sorted(Comparator.comparingInt(AddedTokens.Token::id)).toList();
    tree.set("added_tokens", JsonMapper.shared().valueToTree(ordered));
    JsonNode vocabulary = tree.path("model").path("vocab");
    if (vocabulary instanceof ObjectNode byText) {
      for (AddedTokens.Token token : ordered) {
        byText.putIfAbsent(token.content(), IntNode.valueOf(token.id()));
      }
      return;
    }
    int next = vocabulary.size();
    for (AddedTokens.Token token : ordered) {
      if (token.id() > next) {
        throw EngramException.file(
            origin
                + ": no token has the id "
                + next
                + ", which is below that of the added token "
                + token.content()
                + ", "
                + token.id()
                + ".");
      }
      next = Math.max(next, token.id() + 1);
    }
  }

  /**
   * The post-processor that puts tokens around a text.
   *
   * @param before the token before it; null: none
   * @param after the token after it; null: none
   */
  static ObjectNode ends(AddedTokens.@Nullable Token before, AddedTokens.@Nullable Token after) {
    ArrayNode single = JsonMapper.shared().createArrayNode();
    ObjectNode special = JsonMapper.shared().createObjectNode();
    add(single, special, before);
    single.add(place("Sequence", "A", 0));
    add(single, special, after);
    ArrayNode pair = single.deepCopy();
    pair.add(place("Sequence", "B", 1));
    return part(
        "TemplateProcessing",
        OrderedMap.of("single", single, "pair", pair, "special_tokens", special));
  }

  private static void add(ArrayNode single, ObjectNode special, AddedTokens.@Nullable Token token) {
    if (token != null) {
      String name = token.content();
      single.add(place("SpecialToken", name, 0));
      special.set(
          name,
          JsonMapper.shared()
              .valueToTree(
                  OrderedMap.of("id", name, "ids", List.of(token.id()), "tokens", List.of(name))));
    }
  }

  private static JsonNode place(String kind, String id, int type) {
    return JsonMapper.shared().valueToTree(Map.of(kind, OrderedMap.of("id", id, "type_id", type)));
  }
}
