package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.OrderedMap;
import io.engram.model.text.SentencePieceModel.Algorithm;
import io.engram.model.text.SentencePieceModel.Normalization;
import io.engram.model.text.SentencePieceModel.Piece;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokenizer and the chat template that a GGUF file brings in its settings: SentencePiece's
 * ({@code llama}) or byte pairs ({@code gpt2}).
 *
 * <p><b>Source:</b> GGUF specification, "Tokenizer"; llama.cpp for what files leave open.
 */
public final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String TEMPLATE = "tokenizer.chat_template";

  /** {@code tokenizer.ggml.} keys of ids, by the names that chat templates have for the tokens. */
  private static final Map<String, String> SPECIAL =
      OrderedMap.of(
          "bos_token", "bos_token_id",
          "eos_token", "eos_token_id",
          "unk_token", "unknown_token_id",
          "pad_token", "padding_token_id");

  private final TokenizerMetadata metadata;
  private final String origin;
  private final List<String> tokens;
  private final List<SentencePieceModel.PieceType> types;

  private GgufTokenizer(TokenizerMetadata metadata, String origin) {
    this.metadata = metadata;
    this.origin = origin;
    this.tokens = metadata.texts(PREFIX + "tokens");
    this.types = types(metadata.wholes(PREFIX + "token_type"));
  }

  /**
   * The tokenizer of a file with these settings; null if it has none.
   *
   * @param origin the file, for messages
   * @throws EngramException if it's damaged
   */
  public static @Nullable GgufTokenizer find(TokenizerMetadata metadata, String origin) {
    GgufTokenizer tokenizer = new GgufTokenizer(metadata, origin);
    String model = metadata.text(PREFIX + "model");
    boolean none = tokenizer.tokens.isEmpty() || model == null || model.equals("none");
    return none ? null : tokenizer;
  }

  private List<SentencePieceModel.PieceType> types(long[] numbers) {
    if (numbers.length != 0 && numbers.length != tokens.size()) {
      throw damaged(numbers.length + " token types for " + tokens.size() + " tokens");
    }
    List<SentencePieceModel.PieceType> all = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      long number = numbers.length == 0 ? 1 : numbers[i];
      SentencePieceModel.PieceType type = SentencePieceModel.PieceType.of(number);
      if (type == null) {
        throw damaged("token " + i + " has the unknown type " + number);
      }
      all.add(type);
    }
    return all;
  }

  private EngramException damaged(String why) {
    return EngramException.file(origin + " has a damaged tokenizer: " + why + ".");
  }

  /**
   * Opens it; the caller closes it.
   *
   * @throws EngramException if it isn't supported, or damaged
   */
  public Tokenizer open(int eosId) {
    return Tokenizer.open(TokenizerFiles.Content.of(tree(), origin), eosId);
  }

  /** As the content of a tokenizer.json. */
  public ObjectNode tree() {
    String model = metadata.text(PREFIX + "model");
    return switch (model == null ? "" : model) {
      case "llama" -> sentencePiece();
      case "gpt2" -> bytePairs();
      default ->
          throw EngramException.usage(
              origin
                  + ": tokenizer.ggml.model \""
                  + model
                  + "\" is not supported; llama and gpt2 are.\n"
                  + "Put the tokenizer.json of the model that it was made from beside it.");
    };
  }

  /** The texts of its special tokens, such as {@code bos_token}. */
  public Map<String, String> specialTokens() {
    Map<String, String> special = new LinkedHashMap<>();
    SPECIAL.forEach(
        (name, key) -> {
          int id = id(key, -1);
          if (id >= 0) {
            special.put(name, tokens.get(id));
          }
        });
    return special;
  }

  /** Its chat template as written; null if it has none. */
  public @Nullable String chatTemplateText() {
    return metadata.text(TEMPLATE);
  }

  /**
   * Its chat template.
   *
   * @throws EngramException if it has none, or it can't be parsed
   */
  public ChatTemplate chatTemplate() {
    String source = chatTemplateText();
    if (source == null) {
      throw EngramException.usage(
          "model.template: chat needs a model with a chat template, and "
              + origin
              + " has none ("
              + TEMPLATE
              + ").\nPut a chat_template.jinja beside it, or set model.template to plain,"
              + " llama2-chat or {prompt: …, answer: …}.");
    }
    return ChatTemplate.parse(source, origin + ": " + TEMPLATE, specialTokens());
  }

  /** As the content of a tokenizer_config.json, the chat template in it. */
  public ObjectNode config() {
    ObjectNode config = JsonMapper.shared().createObjectNode();
    config.put("tokenizer_class", "PreTrainedTokenizerFast");
    config.put("clean_up_tokenization_spaces", false);
    new TreeMap<>(specialTokens()).forEach(config::put);
    String template = chatTemplateText();
    if (template != null) {
      config.put("chat_template", template);
    }
    return config;
  }

  /** The id of the token under a key; negative if there is none. */
  private int id(String key, int otherwise) {
    long id = metadata.whole(PREFIX + key).orElse(otherwise);
    if (id >= tokens.size() || id < -1) {
      throw damaged(PREFIX + key + " is " + id + ", no token of " + tokens.size());
    }
    return (int) id;
  }

  private boolean flag(String key, boolean otherwise) {
    Boolean said = metadata.flag(PREFIX + key);
    return said == null ? otherwise : said;
  }

  private ObjectNode sentencePiece() {
    double[] scores = metadata.reals(PREFIX + "scores");
    if (scores.length != tokens.size()) {
      throw damaged(scores.length + " scores for " + tokens.size() + " tokens");
    }
    List<Piece> pieces = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      pieces.add(new Piece(pieceText(i), (float) scores[i], types.get(i)));
    }
    Normalization rules =
        new Normalization(
            new byte[0],
            flag("add_space_prefix", true),
            flag("remove_extra_whitespaces", false),
            true);
    SentencePieceModel model =
        new SentencePieceModel(
            Algorithm.BPE,
            pieces,
            types.contains(SentencePieceModel.PieceType.BYTE),
            id("unknown_token_id", 0),
            id("bos_token_id", -1),
            id("eos_token_id", -1),
            rules,
            origin);
    return withEnds(SentencePieceTree.of(model, named(), true), true);
  }

  /** User-defined tokens are written as they appear in a text, with blanks. */
  private String pieceText(int id) {
    String text = tokens.get(id);
    return types.get(id) == SentencePieceModel.PieceType.USER_DEFINED
        ? text.replace(' ', '▁')
        : text;
  }

  private ObjectNode bytePairs() {
    String name = metadata.text(PREFIX + "pre");
    PreTokenizer words = PreTokenizer.named(name == null ? "default" : name, origin);
    ObjectNode tree =
        new BytePairTree(tokens, metadata.texts(PREFIX + "merges"), origin).tree(words);
    TokenizerTree.setAdded(tree, added(), origin);
    return withEnds(tree, words.begins());
  }

  /** Control tokens, which are special, and user-defined tokens. */
  private List<AddedTokens.Token> added() {
    Map<Integer, AddedTokens.Token> added = new LinkedHashMap<>();
    for (int i = 0; i < tokens.size(); i++) {
      SentencePieceModel.PieceType type = types.get(i);
      if (type == SentencePieceModel.PieceType.CONTROL
          || type == SentencePieceModel.PieceType.UNKNOWN
          || type == SentencePieceModel.PieceType.USER_DEFINED) {
        added.put(
            i,
            AddedTokens.Token.of(
                i, tokens.get(i), type != SentencePieceModel.PieceType.USER_DEFINED));
      }
    }
    named().forEach(token -> added.put(token.id(), token));
    return List.copyOf(added.values());
  }

  /** Begin and end tokens, which old files don't mark as control tokens. */
  private List<AddedTokens.Token> named() {
    List<AddedTokens.Token> named = new ArrayList<>();
    for (String key : List.of("bos_token_id", "eos_token_id")) {
      int id = id(key, -1);
      if (id >= 0 && named.stream().noneMatch(token -> token.id() == id)) {
        named.add(AddedTokens.Token.of(id, tokens.get(id), true));
      }
    }
    return named;
  }

  private ObjectNode withEnds(ObjectNode tree, boolean begins) {
    tree.set(
        "post_processor",
        TokenizerTree.ends(
            end("bos_token_id", flag("add_bos_token", begins)),
            end("eos_token_id", flag("add_eos_token", false))));
    return tree;
  }

  private AddedTokens.@Nullable Token end(String key, boolean wanted) {
    int id = wanted ? id(key, -1) : -1;
    return id < 0 ? null : AddedTokens.Token.of(id, tokens.get(id), true);
  }
}
