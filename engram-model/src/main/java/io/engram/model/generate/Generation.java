package io.engram.model.generate;

import java.io.Serializable;

/**
 * What a model wrote after a prompt.
 *
 * @param ids the tokens, without the end token; with a stop text, if that ended them
 * @param stopped why it stopped
 */
public record Generation(int[] ids, Stopped stopped) implements Serializable {
  /** Why generation stopped. */
  public enum Stopped {
    /** The model wrote an end token. */
    EOS,
    /** The limit of new tokens, or the context's end, was reached. */
    LIMIT,
    /** The text so far contains one of the {@link StopTexts}. */
    TEXT
  }
}
