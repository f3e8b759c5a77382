package io.engram.model;

import io.engram.core.ProgressListener;
import java.io.Serializable;
import java.util.List;

/**
 * Computes batches elsewhere than in this process. A model that has one ({@link
 * LanguageModel#computeOn}) hands it the passes over many samples.
 */
public interface BatchRunner extends AutoCloseable {
  /**
   * The results of all batches, in order, the same bits as computed here.
   *
   * @param beside on how many threads of one machine the batches would run side by side: {@link
   *     io.engram.model.tensor.Workers#besides}
   * @param progress learns of the samples that are done
   * @throws io.engram.core.EngramException if they can't be computed, saying where and why
   */
  <B extends BatchWork.Batch, T extends Serializable> List<T> run(
      BatchWork<B, T> work, List<B> batches, int beside, ProgressListener progress);

  /**
   * Lets another model's passes be computed in the same place, as {@link
   * BatchRunners.Place#attach}.
   */
  void attach(LanguageModel other);

  /** Called by the model when it closes. */
  @Override
  void close();
}
