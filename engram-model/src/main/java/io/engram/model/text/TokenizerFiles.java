package io.engram.model.text;

import io.engram.core.EngramException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model folder's tokenizer: tokenizer.json, else tokenizer.model, converted in memory; with the
 * added tokens that the files beside it name.
 */
final class TokenizerFiles {
  private static final String JSON = "tokenizer.json";
  private static final String SENTENCE_PIECE = "tokenizer.model";
  private static final String CONFIG = "tokenizer_config.json";

  private TokenizerFiles() {}

  /**
   * A tokenizer as tokenizer.json.
   *
   * @param json its content
   * @param origin the file it comes from, for messages
   * @param specialIds tokens that aren't part of any text
   */
  record Content(byte[] json, String origin, Set<Integer> specialIds) {
    static Content of(ObjectNode tree, String origin) {
      Set<Integer> special = new HashSet<>();
      for (JsonNode token : tree.path("added_tokens")) {
        if (token.path("special").asBoolean(false)) {
          special.add(token.path("id").asInt(-1));
        }
      }
      return new Content(tree.toString().getBytes(StandardCharsets.UTF_8), origin, special);
    }
  }

  /**
   * The folder's tokenizer.
   *
   * @throws EngramException if there is none, or its files are damaged
   */
  static Content read(Path folder) {
    Path json = folder.resolve(JSON);
    if (Files.isRegularFile(json)) {
      return json(folder, json);
    }
    SentencePieceModel model = sentencePiece(folder);
    if (model == null) {
      throw EngramException.file(
          folder
              + " has neither tokenizer.json nor tokenizer.model; a Hugging Face model folder has"
              + " one of them.");
    }
    return Content.of(converted(folder, model), model.origin());
  }

  /** The SentencePiece model of a folder without tokenizer.json; null if there is none. */
  static @Nullable SentencePieceModel sentencePiece(Path folder) {
    Path file = folder.resolve(SENTENCE_PIECE);
    return Files.isRegularFile(file) && !Files.isRegularFile(folder.resolve(JSON))
        ? SentencePieceFile.read(file)
        : null;
  }

  private static Content json(Path folder, Path file) {
    List<AddedTokens.Token> own = AddedTokens.of(file);
    Set<String> known = new HashSet<>();
    Set<Integer> special = new HashSet<>();
    for (AddedTokens.Token token : own) {
      known.add(token.content());
      if (token.special()) {
        special.add(token.id());
      }
    }
    List<AddedTokens.Token> missing =
        AddedTokens.beside(folder).stream().filter(t -> !known.contains(t.content())).toList();
    if (missing.isEmpty()) {
      return new Content(TextFiles.bytes(file), file.toString(), special);
    }
    ObjectNode tree = (ObjectNode) TextFiles.json(file);
    List<AddedTokens.Token> all = new ArrayList<>(own);
    all.addAll(missing);
    TokenizerTree.setAdded(tree, all, file.toString());
    return Content.of(tree, file.toString());
  }

  private static ObjectNode converted(Path folder, SentencePieceModel model) {
    JsonNode config = TextFiles.json(folder.resolve(CONFIG));
    boolean everyChunk = config.path("legacy").asBoolean(true);
    ObjectNode tree = SentencePieceTree.of(model, AddedTokens.beside(folder), everyChunk);
    Map<String, String> names = SpecialTokens.of(folder);
    AddedTokens.Token begin =
        config.path("add_bos_token").asBoolean(true) ? token(tree, names.get("bos_token")) : null;
    AddedTokens.Token end =
        config.path("add_eos_token").asBoolean(false) ? token(tree, names.get("eos_token")) : null;
    tree.set("post_processor", TokenizerTree.ends(begin, end));
    return tree;
  }

  private static AddedTokens.@Nullable Token token(ObjectNode tree, @Nullable String content) {
    for (JsonNode token : tree.path("added_tokens")) {
      if (token.path("content").asString().equals(content)) {
        return AddedTokens.Token.of(
            token.path("id").intValue(), token.path("content").asString(), true);
      }
    }
    return null;
  }
}
