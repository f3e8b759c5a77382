package io.engram.model.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.engram.core.EngramException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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

  private static final String MARK = "continuing_subword_prefix";

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
      requireParts(json);
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

  /** The parts over which the library aborts, each as often as the file has it. */
  private static void requireParts(byte[] json) throws IOException {
    boolean marks = false;
    try (JsonParser parser = JSON.createParser(json)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "post_processor" -> requireTemplateTokens(parser.readValueAsTree());
          case "normalizer" -> requireCharsMaps(parser.readValueAsTree());
          case "model" -> marks |= hasWordMark(parser);
          default -> parser.skipChildren();
        }
      }
    }
    if (marks) {
      requireMarkedMerges(JSON.readTree(json).path("model"));
    }
  }

  /** Whether a model marks the tokens within a word, as WordPiece does, and byte-level BPE not. */
  private static boolean hasWordMark(JsonParser parser) throws IOException {
    boolean marks = false;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean found = parser.currentName().equals(MARK);
        parser.nextToken();
        boolean text = parser.currentToken() == JsonToken.VALUE_STRING;
        marks |= found && text && !parser.getString().isEmpty();
        parser.skipChildren();
      }
    }
    return marks;
  }

  /** The second part of each merge must be longer than the mark, which the library cuts off. */
  private static void requireMarkedMerges(JsonNode model) throws IOException {
    int mark = bytes(model.path(MARK).asString("")).length;
    for (JsonNode merge : model.path("merges")) {
      String pair = merge.asString("");
      String second =
          merge.isArray() ? merge.path(1).asString("") : pair.substring(pair.indexOf(' ') + 1);
      byte[] all = bytes(second);
      boolean whole = all.length == mark || (all.length > mark && (all[mark] & 0xC0) != 0x80);
      if (!whole) {
        throw new IOException("its merges are shorter than the " + MARK);
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A normalizer of replacements, or a sequence with some. */
  private static void requireCharsMaps(JsonNode normalizer) throws IOException {
    JsonNode map = normalizer.path("precompiled_charsmap");
    if (!map.isMissingNode() || normalizer.path("type").asString("").equals("Precompiled")) {
      byte[] bytes = decoded(map.asString(""));
      // As strict as the library: no byte is left out at the end.
      if (!Base64.getEncoder().encodeToString(bytes).equals(map.asString(""))) {
        throw new IOException("its precompiled_charsmap is not Base64");
      }
      CharsMap.requireWhole(bytes);
    }
    for (JsonNode part : normalizer.path("normalizers")) {
      requireCharsMaps(part);
    }
  }

  private static byte[] decoded(String base64) throws IOException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new IOException("its precompiled_charsmap is not Base64", e);
    }
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
