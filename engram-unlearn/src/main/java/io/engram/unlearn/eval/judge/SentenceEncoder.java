package io.engram.unlearn.eval.judge;

import java.util.List;

/** Texts to vectors whose cosine says how near two texts are in meaning. */
public interface SentenceEncoder extends AutoCloseable {
  /** The model and, where it isn't the one the paper uses, that. */
  String name();

  /**
   * A vector of each text.
   *
   * @param texts not blank
   * @return in the same order, all of one length; borrowed, not to be written to
   */
  List<float[]> encode(List<String> texts);

  @Override
  void close();
}
