package io.engram.unlearn.eval.judge;

import java.util.List;

/** Turns texts into vectors whose cosine says how near two texts are in meaning. */
public interface SentenceEncoder extends AutoCloseable {
  /** The model's name and, if it isn't the paper's encoder, a remark that it isn't. */
  String name();

  /**
   * A vector of each text.
   *
   * @param texts not blank
   * @return in the same order, all of the same length; borrowed and read-only
   */
  List<float[]> encode(List<String> texts);

  @Override
  void close();
}
