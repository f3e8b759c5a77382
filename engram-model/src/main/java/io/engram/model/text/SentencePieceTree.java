package io.engram.model.text;

import io.engram.core.OrderedMap;
import io.engram.model.text.SentencePieceModel.Algorithm;
import io.engram.model.text.SentencePieceModel.Normalization;
import io.engram.model.text.SentencePieceModel.Piece;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A SentencePiece model as a tokenizer.json that gives the same tokens.
 *
 * <p>BPE first merges what gives the piece with the highest score, so each way of joining two
 * pieces into a third becomes a merge, ranked by the third's score. User-defined pieces are kept
 * whole; control pieces are special tokens.
 *
 * <p><b>Source:</b> SentencePiece's own behaviour; transformers converts the same way.
 */
final class SentencePieceTree {
  private static final String BLANK = "▁";

  private final SentencePieceModel model;
  private final Map<String, Integer> ids = new LinkedHashMap<>();

  private SentencePieceTree(SentencePieceModel model) {
    this.model = model;
    for (int i = 0; i < model.pieces().size(); i++) {
      ids.put(model.pieces().get(i).text(), i);
    }
  }

  /**
   * The tree, without a post-processor: it adds no token at either end.
   *
   * @param added tokens that other files name; one with a piece's id renames it
   * @param everyChunk whether text after a special token gets a blank before it as the text's
   *     beginning does, as SentencePiece itself would; else only the text's beginning
   */
  static ObjectNode of(
      SentencePieceModel model, List<AddedTokens.Token> added, boolean everyChunk) {
    return new SentencePieceTree(model).tree(added, everyChunk);
  }

  private ObjectNode tree(List<AddedTokens.Token> others, boolean everyChunk) {
    Map<Integer, AddedTokens.Token> added = new LinkedHashMap<>();
    for (int i = 0; i < model.pieces().size(); i++) {
      Piece piece = model.pieces().get(i);
      if (piece.type() == SentencePieceModel.PieceType.CONTROL
          || piece.type() == SentencePieceModel.PieceType.UNKNOWN) {
        added.put(i, AddedTokens.Token.of(i, piece.text(), true));
      }
    }
    Map<Integer, String> names = new HashMap<>();
    for (AddedTokens.Token token : others) {
      added.put(token.id(), token);
      names.put(token.id(), token.content());
    }
    ObjectNode tree = JsonMapper.shared().createObjectNode().put("version", "1.0");
    tree.set("normalizer", normalizer(everyChunk));
    tree.set("pre_tokenizer", preTokenizer(everyChunk));
    tree.set("decoder", decoder());
    tree.set("model", model.algorithm() == Algorithm.BPE ? bpe(names) : unigram(names));
    TokenizerTree.setAdded(tree, unnormalized(added.values()), model.origin());
    return tree;
  }

  /** Looked for in the original text, so that what is between them gets its blank. */
  private static List<AddedTokens.Token> unnormalized(Collection<AddedTokens.Token> added) {
    return added.stream()
        .map(
            token ->
                new AddedTokens.Token(
                    token.id(),
                    token.content(),
                    token.singleWord(),
                    token.lstrip(),
                    token.rstrip(),
                    false,
                    token.special()))
        .toList();
  }

  private ObjectNode normalizer(boolean everyChunk) {
    Normalization rules = model.normalization();
    List<ObjectNode> parts = new ArrayList<>();
    if (rules.charsMap().length > 0) {
      parts.add(
          TokenizerTree.part(
              "Precompiled",
              Map.of(
                  "precompiled_charsmap", Base64.getEncoder().encodeToString(rules.charsMap()))));
    }
    if (rules.removeExtraBlanks()) {
      parts.add(TokenizerTree.replace(true, "\\A +|[ ▁]+\\z", ""));
      parts.add(TokenizerTree.replace(true, " {2,}", " "));
    }
    if (rules.escapeBlanks()) {
      parts.add(TokenizerTree.replace(false, " ", BLANK));
    }
    if (rules.dummyPrefix() && everyChunk) {
      // The pre-tokenizer adds no blank before an existing one; SentencePiece does.
      parts.add(TokenizerTree.replace(true, "\\A" + BLANK, BLANK + BLANK));
    }
    return TokenizerTree.sequence("normalizers", parts);
  }

  private ObjectNode preTokenizer(boolean everyChunk) {
    List<ObjectNode> parts = new ArrayList<>();
    if (model.normalization().dummyPrefix()) {
      parts.add(
          TokenizerTree.part(
              "Metaspace",
              OrderedMap.of(
                  "replacement",
                  BLANK,
                  "prepend_scheme",
                  everyChunk ? "always" : "first",
                  "split",
                  false)));
    }
    String whole =
        model.pieces().stream()
            .filter(piece -> piece.type() == SentencePieceModel.PieceType.USER_DEFINED)
            .map(Piece::text)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(SentencePieceTree::escaped)
            .collect(Collectors.joining("|"));
    if (!whole.isEmpty()) {
      parts.add(
          TokenizerTree.part(
              "Split",
              OrderedMap.of(
                  "pattern", Map.of("Regex", whole), "behavior", "Isolated", "invert", false)));
    }
    return TokenizerTree.sequence("pretokenizers", parts);
  }

  private static String escaped(String text) {
    return Pattern.compile("[^\\p{L}\\p{N}\\s▁]").matcher(text).replaceAll("\\\\$0");
  }

  private ObjectNode decoder() {
    List<ObjectNode> parts = new ArrayList<>();
    parts.add(TokenizerTree.replace(false, BLANK, " "));
    if (model.bytes()) {
      parts.add(TokenizerTree.part("ByteFallback", Map.of()));
    }
    parts.add(TokenizerTree.part("Fuse", Map.of()));
    if (model.normalization().dummyPrefix()) {
      parts.add(TokenizerTree.part("Strip", OrderedMap.of("content", " ", "start", 1, "stop", 0)));
    }
    return TokenizerTree.sequence("decoders", parts);
  }

  private ObjectNode bpe(Map<Integer, String> names) {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    ids.forEach((text, id) -> vocabulary.put(name(text, id, names), id));
    boolean userDefined =
        model.pieces().stream()
            .anyMatch(piece -> piece.type() == SentencePieceModel.PieceType.USER_DEFINED);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("unk_token", name(unknown().text(), model.unknownId(), names));
    settings.put("fuse_unk", true);
    settings.put("byte_fallback", model.bytes());
    settings.put("ignore_merges", userDefined);
    settings.put("vocab", vocabulary);
    settings.put("merges", merges());
    return TokenizerTree.part("BPE", settings);
  }

  private Piece unknown() {
    return model.pieces().get(model.unknownId());
  }

  private String name(String text, int id, Map<Integer, String> names) {
    String other = names.get(id);
    return other == null || ids.containsKey(other) ? text : other;
  }

  /** A way to join two pieces into one. */
  private record Merge(float score, int id, String left, String right) {}

  private List<List<String>> merges() {
    List<Merge> merges = new ArrayList<>();
    for (Piece piece : model.pieces()) {
      if (piece.type() == SentencePieceModel.PieceType.NORMAL) {
        addMerges(piece, merges);
      }
    }
    merges.sort(
        Comparator.comparing((Merge merge) -> -merge.score())
            .thenComparingInt(Merge::id)
            .thenComparing(Merge::left));
    return merges.stream().map(merge -> List.of(merge.left(), merge.right())).toList();
  }

  private void addMerges(Piece piece, List<Merge> merges) {
    String text = piece.text();
    for (int i = text.offsetByCodePoints(0, 1);
        i < text.length();
        i = text.offsetByCodePoints(i, 1)) {
      String left = text.substring(0, i);
      String right = text.substring(i);
      if (isNormal(left) && isNormal(right)) {
        merges.add(new Merge(piece.score(), ids.getOrDefault(text, 0), left, right));
      }
    }
  }

  private boolean isNormal(String text) {
    Integer id = ids.get(text);
    return id != null && model.pieces().get(id).type() == SentencePieceModel.PieceType.NORMAL;
  }

  private ObjectNode unigram(Map<Integer, String> names) {
    List<List<Object>> vocabulary = new ArrayList<>();
    for (int i = 0; i < model.pieces().size(); i++) {
      Piece piece = model.pieces().get(i);
      vocabulary.add(List.of(name(piece.text(), i, names), (double) piece.score()));
    }
    return TokenizerTree.part(
        "Unigram",
        OrderedMap.of(
            "unk_id", model.unknownId(), "byte_fallback", model.bytes(), "vocab", vocabulary));
  }
}
