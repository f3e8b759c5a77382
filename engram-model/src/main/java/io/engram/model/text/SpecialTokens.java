package io.engram.model.text;

import io.engram.core.EngramException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The special tokens, by the names that chat templates use: {@code bos_token}, {@code eos_token}
 * and so on.
 */
public final class SpecialTokens {
  private static final List<String> NAMES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "pad_token",
          "sep_token",
          "cls_token",
          "mask_token");

  private SpecialTokens() {}

  /**
   * The special tokens named in a folder's tokenizer_config.json, else in its
   * special_tokens_map.json, else in its tokenizer.model if there is nothing else.
   *
   * @throws EngramException if one of the files is damaged
   */
  public static Map<String, String> of(Path folder) {
    Map<String, String> tokens = new LinkedHashMap<>();
    for (String file : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      JsonNode settings = TextFiles.json(folder.resolve(file));
      for (String name : NAMES) {
        String content = content(settings.path(name));
        if (content != null) {
          tokens.putIfAbsent(name, content);
        }
      }
    }
    SentencePieceModel pieces = TokenizerFiles.sentencePiece(folder);
    if (pieces != null) {
      putIfThere(tokens, "bos_token", pieces.text(pieces.beginId()));
      putIfThere(tokens, "eos_token", pieces.text(pieces.endId()));
      putIfThere(tokens, "unk_token", pieces.text(pieces.unknownId()));
    }
    return tokens;
  }

  private static void putIfThere(
      Map<String, String> tokens, String name, @Nullable String content) {
    if (content != null) {
      tokens.putIfAbsent(name, content);
    }
  }

  /** A token given as text, or as an object with the text in {@code content}. */
  static @Nullable String content(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isString() ? text.asString() : null;
  }
}
