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

  private Yaml() {}

  /**
   * The tree of a text; an empty one for an empty text.
   *
   * @param where what the recipe is called in messages
   * @throws EngramException if the text isn't YAML, or has no sections
   */
  public static ObjectNode read(String yaml, String where) {
    try {
      JsonNode root = MAPPER.readTree(yaml);
      if (root instanceof ObjectNode sections) {
        return sections;
      }
      if (root.isMissingNode() || root.isNull()) {
        return MAPPER.createObjectNode();
      }
      throw EngramException.usage(where + " is not a recipe: it has no sections, only " + root);
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      String reason = e.getOriginalMessage().lines().findFirst().orElse("");
      throw EngramException.usage("%s line %d is not YAML: %s".formatted(where, line, reason));
    }
  }

  /** The text of a tree. */
  public static String write(ObjectNode tree) {
    return MAPPER.writeValueAsString(tree);
  }
}
