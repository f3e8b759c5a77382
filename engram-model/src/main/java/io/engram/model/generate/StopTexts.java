package io.engram.model.generate;

import io.engram.model.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Texts that end an answer, such as a blank line or the beginning of the next question.
 *
 * @param texts none is empty
 */
public record StopTexts(List<String> texts) {
  /** No text ends an answer: only the end token and the limit do. */
  public static final StopTexts NONE = new StopTexts(List.of());

  /** Tokens that the decoding of an answer's end may differ in from that of the whole. */
  private static final int SLACK = 8;

  /**
   * Checks and copies them.
   *
   * @throws IllegalArgumentException if one is empty, which every answer contains
   */
  public StopTexts {
    texts = List.copyOf(texts);
    if (texts.contains("")) {
      throw new IllegalArgumentException("a stop text is empty; every answer contains it");
    }
  }

  /**
   * The answer up to the first stop text; what is left up to the first occurrence of the second;
   * and so on.
   *
   * <p><b>Source:</b> lm-evaluation-harness, {@code postprocess_generated_text}; MUSE, {@code
   * get_prefix_before_words_occur}.
   */
  public String cut(String answer) {
    String left = answer;
    for (String text : texts) {
      int at = left.indexOf(text);
      left = at < 0 ? left : left.substring(0, at);
    }
    return left;
  }

  /**
   * Whether an answer contains a stop text. Only its end is decoded for each token; the whole
   * decides where that end has one.
   *
   * @param ids the answer so far, without an end token
   */
  boolean reached(List<Integer> ids, Tokenizer tokenizer) {
    if (texts.isEmpty()) {
      return false;
    }
    int longest =
        texts.stream().mapToInt(t -> t.getBytes(StandardCharsets.UTF_8).length).max().orElse(0);
    int from = Math.max(0, ids.size() - longest - SLACK);
    return contains(ids.subList(from, ids.size()), tokenizer)
        && (from == 0 || contains(ids, tokenizer));
  }

  private boolean contains(List<Integer> ids, Tokenizer tokenizer) {
    String text = tokenizer.decode(ids.stream().mapToInt(Integer::intValue).toArray());
    return texts.stream().anyMatch(text::contains);
  }
}
