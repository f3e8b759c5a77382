package io.engram.model.text;

import io.engram.core.EngramException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A byte-pair tokenizer, as GPT-2's, in the form of a tokenizer.json: bytes written as letters, and
 * the pairs of tokens to merge, in order of priority.
 */
final class BytePairTree {
  private final Map<String, Integer> vocabulary = new LinkedHashMap<>();
  private final List<List<String>> merges = new ArrayList<>();
  private final String origin;

  /**
   * Checks the parts.
   *
   * @param tokens in the order of their ids
   * @param pairs two tokens each, separated by a blank
   * @param origin the file, for messages
   * @throws EngramException if a token occurs twice, or a pair contains something else than tokens
   */
  BytePairTree(List<String> tokens, List<String> pairs, String origin) {
    this.origin = origin;
    for (int i = 0; i < tokens.size(); i++) {
      if (vocabulary.put(tokens.get(i), i) != null) {
        throw damaged("the token \"" + tokens.get(i) + "\" is there twice");
      }
    }
    pairs.forEach(this::addMerge);
    if (merges.isEmpty()) {
      throw damaged("it has no merges");
    }
  }

  private void addMerge(String pair) {
    int blank = pair.indexOf(' ', 1);
    if (blank < 0 || blank == pair.length() - 1) {
      throw damaged("the merge \"" + pair + "\" is not of two");
    }
    String left = pair.substring(0, blank);
    String right = pair.substring(blank + 1);
    if (!vocabulary.containsKey(left)
        || !vocabulary.containsKey(right)
        || !vocabulary.containsKey(left + right)) {
      throw damaged("the merge \"" + pair + "\" is not of tokens, or makes none");
    }
    merges.add(List.of(left, right));
  }

  private EngramException damaged(String why) {
    return EngramException.file(origin + " has a damaged tokenizer: " + why + ".");
  }

  /** The tree, without added tokens and without tokens at either end. */
  ObjectNode tree(PreTokenizer words) {
    ObjectNode tree = JsonMapper.shared().createObjectNode().put("version", "1.0");
    if (words.composed()) {
      tree.set("normalizer", TokenizerTree.part("NFC", Map.of()));
    }
    tree.set("pre_tokenizer", TokenizerTree.sequence("pretokenizers", words.steps()));
    tree.set("decoder", TokenizerTree.bytes(false));
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("vocab", vocabulary);
    model.put("merges", merges);
    model.put("byte_fallback", false);
    model.put("fuse_unk", false);
    model.put("ignore_merges", words.wholeWords());
    tree.set("model", TokenizerTree.part("BPE", model));
    return tree;
  }
}
