package io.engram.model.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.engram.core.EngramException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * Opens the Hugging Face library's tokenizer. The library aborts the whole process over some faults
 * of a tokenizer.json, so these are checked first.
 */
public final class NativeTokenizer {
  /** The library reads 127 levels; real files have ten. */
  private static final int MOST_LEVELS = 100;

  private static final ObjectReader JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MOST_LEVELS).build())
                  .build())
          .build()
          .reader();

  private NativeTokenizer() {}

  /**
   * Opens a tokenizer that neither truncates nor pads; the caller closes it.
   *
   * @param json the content of a tokenizer.json
   * @param origin the file it comes from, for messages
   * @throws EngramException if it is not a tokenizer
   */
  public static HuggingFaceTokenizer open(byte[] json, String origin) {
    try {
      requireReadable(json);
      requireTemplateTokens(postProcessor(json));
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json),
          Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "true"));
    } catch (JacksonException e) {
      throw EngramException.file(origin + " is not a tokenizer: " + e.getOriginalMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw EngramException.file(origin + " is not a tokenizer: " + e.getMessage(), e);
    }
  }

  /**
   * Tokenises a text. Some faults of a tokenizer.json show only here, such as an unknown token that
   * it doesn't hold.
   *
   * @param addSpecial whether to add the special tokens that the tokenizer adds by itself
   * @param origin the file it comes from, for messages
   * @throws EngramException if the library can't do it, or gives a number that is not a token's
   */
  public static Encoding encode(
      HuggingFaceTokenizer tokenizer, String text, boolean addSpecial, String origin) {
    Encoding encoding;
    try {
      encoding = tokenizer.encode(text, addSpecial, false);
    } catch (RuntimeException e) {
      throw EngramException.file(origin + " can't tokenise a text: " + e.getMessage(), e);
    }
    for (long id : encoding.getIds()) {
      if (id > Integer.MAX_VALUE) {
        throw EngramException.file(origin + " gives the token " + id + ", which no model has");
      }
    }
    return encoding;
  }

  /** Strict JSON within the depth, numbers and characters that the library accepts. */
  private static void requireReadable(byte[] json) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isNumeric() && !Double.isFinite(parser.getDoubleValue())) {
          throw new IOException("it has the number " + parser.getString());
        }
        boolean text = token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME;
        if (text && hasHalfCharacter(parser.getString())) {
          throw new IOException("it has half a character, a surrogate without its other half");
        }
      }
    }
  }

  private static JsonNode postProcessor(byte[] json) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean found = parser.currentName().equals("post_processor");
        parser.nextToken();
        if (found) {
          return parser.readValueAsTree();
        }
        parser.skipChildren();
      }
    }
    return MissingNode.getInstance();
  }

  /** A template may name only special tokens that it lists. */
  private static void requireTemplateTokens(JsonNode processor) throws IOException {
    for (JsonNode part : processor.path("processors")) {
      requireTemplateTokens(part);
    }
    for (String form : List.of("single", "pair")) {
      for (JsonNode piece : processor.path(form)) {
        String token = piece.path("SpecialToken").path("id").asString("");
        if (piece.has("SpecialToken") && !processor.path("special_tokens").has(token)) {
          throw new IOException(
              "its post_processor names the special token \"" + token + "\" and doesn't list it");
        }
      }
    }
  }

  private static boolean hasHalfCharacter(String text) {
    return text.codePoints()
        .anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
