package io.engram.unlearn.eval.harness;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.score.ContinuationScorer.Request;
import io.engram.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Texts to requests. Of a context and its continuation blanks at the end of the context go to the
 * continuation; both are tokenised as one text, and what the context alone takes of its tokens is
 * cut off.
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

  /**
   * A text longer than the model's window, each of its tokens predicted once: the first window
   * begins with the begin token; each further one is predicted after at least one token of the
   * text, the last after as many as fill the window.
   *
   * <p><b>Source:</b> lm-evaluation-harness, {@code get_rolling_token_windows} with one token of
   * context, and {@code make_disjoint_window}.
   *
   * @param prefix the begin token
   * @param window tokens that the model is given at most
   * @return none of an empty text
   */
  static List<Request> windows(int[] ids, int prefix, int window) {
    List<Request> windows = new ArrayList<>();
    int first = Math.min(window, ids.length);
    if (first > 0) {
      windows.add(new Request(new int[] {prefix}, Arrays.copyOf(ids, first)));
    }
    for (int done = first; done < ids.length; ) {
      int end = Math.min(ids.length, done + window);
      // What the model is given ends before the last token and fills the window.
      int begin = end - 1 - window;
      windows.add(
          new Request(Arrays.copyOfRange(ids, begin, done), Arrays.copyOfRange(ids, done, end)));
      done = end;
    }
    return windows;
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
