package io.engram.unlearn.eval.harness;

import java.util.List;

/**
 * A row as the model is asked.
 *
 * @param id the row's number in its set, from 0
 * @param where file and line, for messages
 * @param contexts what comes before each choice
 * @param continuations what is scored, as text, for each choice
 * @param choices the choices by themselves
 * @param isTrue which of them are right
 */
record TaskDocument(
    String id,
    String where,
    List<String> contexts,
    List<String> continuations,
    List<String> choices,
    boolean[] isTrue) {
  /** The first right choice. */
  int target() {
    int first = 0;
    while (!isTrue[first]) {
      first++;
    }
    return first;
  }
}
