package io.engram.core.settings;

import io.engram.core.EngramException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;
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

  private static final Pattern NOT_A_NUMBER =
      Pattern.compile("^Malformed numeric value \\(?['\"]?(.*?)['\"]?\\)?(?: |$)");

  private static final Pattern LINE = Pattern.compile(", line (\\d{1,9}), column ");

  private static final Pattern TWICE = Pattern.compile("^Duplicate \\w+ property \"(.*?)\"");

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
      requirePlain(yaml, where);
      return MAPPER.readTree(yaml);
    } catch (JacksonException e) {
      throw EngramException.usage(
          "%s is not YAML: %s".formatted(at(where, yaml, line(e)), plain(e.getOriginalMessage())));
    }
  }

  /** Aliases would be read as texts and tags be dropped, so neither is read. */
  private static void requirePlain(String yaml, String where) {
    try (JsonParser parser = MAPPER.createParser(yaml)) {
      while (parser.nextToken() != null) {
        boolean alias = parser instanceof YAMLParser own && own.isCurrentAlias();
        if (alias || parser.getTypeId() != null) {
          int line = parser.currentTokenLocation().getLineNr();
          throw EngramException.usage(
              "%s has %s, which settings don't know: %s"
                  .formatted(
                      at(where, yaml, line),
                      alias
                          ? "the alias *" + parser.getString()
                          : "the tag !"
                              + String.valueOf(parser.getTypeId())
                                  .replaceFirst("^tag:yaml.org,2002:", "!"),
                      alias
                          ? "write the value itself, or put it in quotes if it is a text"
                          : "leave it out, or put the value in quotes if it is a text"));
        }
      }
    }
  }

  /** Where the fault is, which the parser names last, after what it began to read; 0: not known. */
  private static int line(JacksonException fault) {
    int line = fault.getLocation() == null ? 0 : fault.getLocation().getLineNr();
    Matcher named = LINE.matcher(fault.getOriginalMessage());
    while (named.find()) {
      line = Integer.parseInt(named.group(1));
    }
    return line;
  }

  private static String at(String where, String yaml, int line) {
    return line > 0 && yaml.contains("\n") ? where + " line " + line : where;
  }

  /** The parser's words without names of classes, for the usual mistakes in the user's words. */
  private static String plain(String reason) {
    Matcher number = NOT_A_NUMBER.matcher(reason);
    if (number.find()) {
      return number.group(1) + " is not a finite number; settings have only those";
    }
    Matcher twice = TWICE.matcher(reason);
    if (twice.find()) {
      return twice.group(1) + " is given twice";
    }
    if (reason.startsWith("Trailing token")) {
      return "more follows after its end; it must be one document, without a line --- inside";
    }
    if (reason.contains("\\t(TAB)")) {
      return "a tab stands where a value should begin; indent with blanks";
    }
    return reason.lines().findFirst().orElse("");
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
