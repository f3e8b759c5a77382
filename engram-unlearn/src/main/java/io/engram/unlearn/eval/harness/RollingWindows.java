package io.engram.unlearn.eval.harness;

import io.engram.model.score.ContinuationScorer.Request;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A text longer than the model's window, each of its tokens predicted once: the first window begins
 * with the begin token; each further one is predicted after at least one token of the text, the
 * last after as many as fill the window.
 *
 * <p><b>Source:</b> lm-evaluation-harness, {@code get_rolling_token_windows} with one token of
 * context, and {@code make_disjoint_window}.
 */
final class RollingWindows {
  private RollingWindows() {}

  /**
   * The windows.
   *
   * @param prefix the begin token
   * @param window tokens that the model is given at most
   * @return none of an empty text
   */
  static List<Request> of(int[] ids, int prefix, int window) {
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
}
