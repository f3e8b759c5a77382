package io.engram.unlearn.method;

import io.engram.model.text.TokenizedSample;
import java.util.List;

/**
 * The size of the forget (or retain) part of one update; losses are means over it.
 *
 * @param sequences number of sequences
 * @param tokens labelled tokens in all of them
 */
public record UpdateSize(int sequences, int tokens) {
  /** The size of these samples taken together. */
  public static UpdateSize of(List<TokenizedSample> samples) {
    return new UpdateSize(samples.size(), samples.stream().mapToInt(TokenizedSample::labels).sum());
  }
}
