package io.engram.model.text;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The added tokens that the files next to a tokenizer name. */
final class AddedTokens {
  private AddedTokens() {}

  /**
   * Those of tokenizer_config.json ({@code added_tokens_decoder}), else of added_tokens.json, by
   * id. Of the latter, those that special_tokens_map.json or the configuration names are special.
   *
   * @throws EngramException if a file is damaged
   */
  static List<Token> beside(Path folder) {
    Path config = folder.resolve("tokenizer_config.json");
    Map<Integer, Token> tokens = new LinkedHashMap<>();
    TextFiles.json(config)
        .path("added_tokens_decoder")
        .forEachEntry((id, token) -> put(tokens, config, id, token));
    Path added = folder.resolve("added_tokens.json");
    Set<String> special = specialTexts(folder);
    TextFiles.json(added)
        .forEachEntry(
            (content, id) ->
                tokens.putIfAbsent(
                    id(id, added), Token.of(id(id, added), content, special.contains(content))));
    return tokens.values().stream().sorted(Comparator.comparingInt(Token::id)).toList();
  }

  private static void put(Map<Integer, Token> tokens, Path config, String id, JsonNode token) {
    String content = SpecialTokens.content(token);
    if (!id.matches("\\d{1,9}") || content == null || content.isEmpty()) {
      throw EngramException.file(
          config + ": added_tokens_decoder has " + id + ": " + token + ", which isn't a token.");
    }
    int number = Integer.parseInt(id);
    tokens.put(
        number,
        new Token(
            number,
            content,
            token.path("single_word").asBoolean(false),
            token.path("lstrip").asBoolean(false),
            token.path("rstrip").asBoolean(false),
            token.path("normalized").asBoolean(false),
            token.path("special").asBoolean(false)));
  }

  private static int id(JsonNode id, Path file) {
    if (!id.isInt() || id.intValue() < 0) {
      throw EngramException.file(file + " has " + id + ", which isn't a token's id.");
    }
    return id.intValue();
  }

  private static Set<String> specialTexts(Path folder) {
    Set<String> texts = new HashSet<>(SpecialTokens.of(folder).values());
    for (String file : List.of("special_tokens_map.json", "tokenizer_config.json")) {
      for (JsonNode token :
          TextFiles.json(folder.resolve(file)).path("additional_special_tokens")) {
        String content = SpecialTokens.content(token);
        if (content != null) {
          texts.add(content);
        }
      }
    }
    return texts;
  }

  /** The added tokens of a tokenizer.json; skips its vocabulary. */
  static List<Token> of(Path file) {
    try (JsonParser parser = JsonMapper.shared().createParser(file.toFile())) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean added = parser.currentName().equals("added_tokens");
        parser.nextToken();
        if (added) {
          return List.of(parser.readValueAs(Token[].class));
        }
        parser.skipChildren();
      }
      return List.of();
    } catch (JacksonException e) {
      throw EngramException.file(file + " is not a tokenizer: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * A token that is recognised as a whole before a text is split.
   *
   * @param singleWord whether it is recognised only without a letter or digit beside it
   * @param lstrip whether it takes the blanks before it
   * @param rstrip whether it takes the blanks after it
   * @param normalized whether it is looked for in the normalised text
   * @param special whether it isn't part of any text
   */
  record Token(
      int id,
      String content,
      @JsonProperty("single_word") boolean singleWord,
      boolean lstrip,
      boolean rstrip,
      boolean normalized,
      boolean special) {
    /** One without flags. */
    static Token of(int id, String content, boolean special) {
      return new Token(id, content, false, false, false, false, special);
    }
  }
}
