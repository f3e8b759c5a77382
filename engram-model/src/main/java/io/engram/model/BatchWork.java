package io.engram.model;

import java.io.Serializable;
import java.util.List;

/**
 * One kind of pass over many batches, so described that another machine can make it: it and its
 * batches are serialised, the model is opened there.
 *
 * <p>A batch is what the passes on one machine take through the model at once. Batches are cut
 * before they are handed out, and never again, since what shares a batch decides how results round.
 *
 * @param <B> the batches
 * @param <T> the result of a batch, serialisable
 */
public interface BatchWork<B extends BatchWork.Batch, T extends Serializable> extends Serializable {
  /** Samples that go through the model together. */
  interface Batch extends Serializable {
    /** How many tokens, which its time is in proportion to. */
    long tokens();

    /** How many samples. */
    int count();
  }

  /**
   * The results of some batches, in order. Runs within {@link
   * io.engram.model.tensor.Workers#asPiece}.
   */
  List<T> compute(LanguageModel model, List<B> batches);

  /**
   * Whether batches computed in one call share an effort of their own, such as making noise for all
   * weights: then as few calls as possible are made.
   */
  default boolean shares() {
    return false;
  }
}
