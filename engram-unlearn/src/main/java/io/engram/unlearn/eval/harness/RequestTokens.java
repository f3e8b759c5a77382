package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.score.ContinuationScorer.Request;
import io.engram.model.text.Tokenizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Context and continuation to tokens. Blanks at the end of the context go to the continuation; both
 * are tokenised as one text, and what the context alone takes of its tokens is cut off.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code TemplateLM._encode_pair}.
 */
final class RequestTokens {
  private final Tokenizer tokenizer;
  private final int vocabulary;
  private final Map<String, int[]> contexts = new HashMap<>();

  RequestTokens(LanguageModel model) {
    this.tokenizer = model.tokenizer();
    this.vocabulary = model.config().vocabularySize();
  }

  /**
   * The request of a pair of texts; contexts are remembered.
   *
   * @throws EngramException if nothing is left of one of them
   */
  Request of(String context, String continuation, String where) {
    String bare = PythonText.stripEnd(context);
    if (bare.isEmpty()) {
      throw EngramException.usage(where + ": the prompt is empty");
    }
    int[] before = contexts.computeIfAbsent(bare, this::ids);
    int[] whole = ids(context + continuation);
    if (whole.length <= before.length) {
      throw EngramException.usage(
          "%s: the choice \"%s\" has no token of its own".formatted(where, continuation));
    }
    return new Request(before, Arrays.copyOfRange(whole, before.length, whole.length));
  }

  /** A text's tokens, the special ones included that the tokenizer adds. */
  int[] ids(String text) {
    int[] ids = tokenizer.encode(text);
    for (int id : ids) {
      if (id >= vocabulary) {
        throw EngramException.usage(
            "Token id %d is outside the model's vocabulary of %d; the tokenizer belongs to another model."
                .formatted(id, vocabulary));
      }
    }
    return ids;
  }
}
