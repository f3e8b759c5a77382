package io.engram.core.settings;

import io.engram.core.EngramException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Recipes as text. */
public final class Yaml {
  /** YAML 1.2: {@code 1e-5} is a number, {@code off} a text. A key twice is an error. */
  static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
          .disable(YAMLWriteFeature.SPLIT_LINES)
          .build();

  /** The largest recipe, as read and with its keys. */
  private static final int MOST_CHARACTERS = 1 << 20;

  /**
   * The longest run of characters without a blank or line end: the parser takes time and memory
   * that grow with its square.
   */
  private static final int LONGEST_WORD = 1 << 16;

  private Yaml() {}

  /**
   * The value that a text describes; missing for an empty one.
   *
   * @param where what it is called in messages
   * @throws EngramException of kind USAGE if it isn't YAML, or is far larger than settings are
   */
  public static JsonNode value(String yaml, String where) {
    if (yaml.length() > MOST_CHARACTERS) {
      throw EngramException.usage(
          "%s has %d characters; settings have at most %d"
              .formatted(where, yaml.length(), MOST_CHARACTERS));
    }
    int word = 0;
    for (int i = 0; i < yaml.length(); i++) {
      word = Character.isWhitespace(yaml.charAt(i)) ? 0 : word + 1;
      if (word > LONGEST_WORD) {
        throw EngramException.usage(
            "%s has a word of more than %d characters".formatted(where, LONGEST_WORD));
      }
    }
    try {
      return MAPPER.readTree(yaml);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      String reason = e.getOriginalMessage().lines().findFirst().orElse("");
      boolean known = line > 0 && yaml.contains("\n");
      throw EngramException.usage(
          "%s%s is not YAML: %s".formatted(where, known ? " line " + line : "", reason));
    }
  }

  /**
   * The tree of a text; an empty one for an empty text.
   *
   * @param where what the recipe is called in messages
   * @throws EngramException if the text isn't YAML, or has no sections
   */
  public static ObjectNode read(String yaml, String where) {
    JsonNode root = value(yaml, where);
    if (root instanceof ObjectNode sections) {
      return sections;
    }
    if (root.isMissingNode() || root.isNull()) {
      return MAPPER.createObjectNode();
    }
    throw EngramException.usage(where + " is not a recipe: it has no sections, only " + root);
  }

  /** The text of a tree. */
  public static String write(ObjectNode tree) {
    return MAPPER.writeValueAsString(tree);
  }
}
