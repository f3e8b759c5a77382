package io.engram.model.text;

import io.engram.core.EngramException;
import io.engram.core.OrderedMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/**
 * How texts are split into words before byte pairs are merged, by its name in GGUF files ({@code
 * tokenizer.ggml.pre}).
 *
 * @param steps one after another, as components of a tokenizer.json; the last turns bytes into
 *     letters
 * @param composed whether characters are composed first (Unicode's NFC)
 * @param wholeWords whether a word that is a token stays whole, however it would be merged
 * @param begins whether a begin token is put before a text if the file doesn't say
 */
record PreTokenizer(List<ObjectNode> steps, boolean composed, boolean wholeWords, boolean begins) {
  private static final String ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String BLANKS = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String SIGNS = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
  private static final String LETTERS = "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";

  private static final Map<String, PreTokenizer> ALL = new LinkedHashMap<>();

  static {
    PreTokenizer gpt2 = new PreTokenizer(List.of(TokenizerTree.bytes(true)), false, false, false);
    List.of("gpt-2", "phi-2", "olmo", "mpt").forEach(name -> ALL.put(name, gpt2));
    String thousands = ENDINGS + LETTERS + "|\\p{N}{1,3}" + SIGNS + BLANKS;
    ALL.put("llama-bpe", new PreTokenizer(splitBy(thousands), false, true, true));
    ALL.put("llama3", new PreTokenizer(splitBy(thousands), false, true, true));
    ALL.put("llama-v3", new PreTokenizer(splitBy(thousands), false, true, true));
    ALL.put("dbrx", new PreTokenizer(splitBy(thousands), false, false, false));
    PreTokenizer qwen2 =
        new PreTokenizer(
            splitBy(ENDINGS + LETTERS + "|\\p{N}" + SIGNS + BLANKS), true, false, false);
    List.of("qwen2", "deepseek-r1-qwen").forEach(name -> ALL.put(name, qwen2));
    ObjectNode digits = TokenizerTree.part("Digits", Map.of("individual_digits", true));
    ALL.put(
        "smollm",
        new PreTokenizer(List.of(digits, TokenizerTree.bytes(true)), false, false, false));
    ALL.put("tekken", new PreTokenizer(splitBy(byCase("", "|\\p{N}")), false, true, true));
    ALL.put(
        "gpt-4o",
        new PreTokenizer(splitBy(byCase(ENDINGS + "?", "|\\p{N}{1,3}")), false, false, false));
    ALL.put(
        "default",
        new PreTokenizer(
            splitBy(
                "[\\p{P}\\$\\+<=>\\^~\\|]+",
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)",
                "\\p{N}+",
                "[0-9][0-9][0-9]"),
            false,
            false,
            false));
  }

  /** Splits words where they change from lower to upper case. */
  private static String byCase(String endings, String digits) {
    String start = "[^\\r\\n\\p{L}\\p{N}]?";
    return start
        + UPPER
        + "*"
        + LOWER
        + "+"
        + endings
        + "|"
        + start
        + UPPER
        + "+"
        + LOWER
        + "*"
        + endings
        + digits
        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
        + BLANKS;
  }

  private static List<ObjectNode> splitBy(String... patterns) {
    List<ObjectNode> steps = new ArrayList<>();
    for (String pattern : patterns) {
      steps.add(
          TokenizerTree.part(
              "Split",
              OrderedMap.of(
                  "pattern", Map.of("Regex", pattern), "behavior", "Isolated", "invert", false)));
    }
    steps.add(TokenizerTree.bytes(false));
    return steps;
  }

  /**
   * The pre-tokenizer of this name.
   *
   * @param origin the file, for messages
   * @throws EngramException if it isn't known
   */
  static PreTokenizer named(String name, String origin) {
    PreTokenizer known = ALL.get(name);
    if (known == null) {
      throw EngramException.usage(
          origin
              + ": tokenizer.ggml.pre \""
              + name
              + "\" is not supported; "
              + String.join(", ", ALL.keySet())
              + " are.\nPut the tokenizer.json of the model that it was made from beside it.");
    }
    return known;
  }
}
