package io.engram.model.text;

import java.io.Serializable;
import java.util.Arrays;

/**
 * A sample as token ids. The labelled tokens, those whose log-probabilities count, are its tail.
 *
 * @param id the sample's id
 * @param ids all tokens, including a labelled end token, {@code [T]}
 * @param labelStart index of the first labelled token, at least 1, since it is predicted from the
 *     token before it
 */
public record TokenizedSample(String id, int[] ids, int labelStart) implements Serializable {
  /** Checks that the label start lies within the tokens and after the first. */
  public TokenizedSample {
    if (labelStart < 1 || labelStart > ids.length) {
      throw new IllegalArgumentException(
          "label start " + labelStart + " of sample " + id + " is not in 1.." + ids.length);
    }
  }

  /** How many tokens are labelled, n. */
  public int labels() {
    return ids.length - labelStart;
  }

  /** The labelled tokens. */
  public int[] labelIds() {
    return Arrays.copyOfRange(ids, labelStart, ids.length);
  }

  /** The tokens before the labelled ones. */
  public int[] promptIds() {
    return Arrays.copyOf(ids, labelStart);
  }

  /**
   * The sample without its beginning, so that a model with a window of this many tokens can score
   * it: its last {@code window + 1} tokens, since the last one is predicted and never part of the
   * input.
   *
   * @return this sample if it fits; labelled tokens are dropped only if they alone don't fit
   */
  public TokenizedSample within(int window) {
    int cut = Math.max(0, ids.length - window - 1);
    return cut == 0
        ? this
        : new TokenizedSample(
            id, Arrays.copyOfRange(ids, cut, ids.length), Math.max(1, labelStart - cut));
  }
}
