package io.engram.model.text;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A token that is recognised as a whole before a text is taken apart.
 *
 * @param singleWord only where no letter or digit stands beside it
 * @param lstrip whether the blanks before it are its own
 * @param rstrip whether the blanks after it are
 * @param normalized whether it's looked for in the normalised text
 * @param special whether it's no part of any text
 */
record AddedToken(
    int id,
    String content,
    @JsonProperty("single_word") boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {
  /** One without flags. */
  static AddedToken of(int id, String content, boolean special) {
    return new AddedToken(id, content, false, false, false, false, special);
  }
}
