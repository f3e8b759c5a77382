package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Workers;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.TaskContext;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * What an executor does with one partition: open the model if it isn't open yet, and compute the
 * partition's batches.
 */
final class Task<B extends BatchWork.Batch, T extends Serializable>
    extends AbstractFunction1<Iterator<Task.Part<B>>, Answer<T>> implements Serializable {
  private static final long serialVersionUID = 1;

  private final BatchWork<B, T> work;
  private final Delivery model;
  private final int beside;
  private final Same same;

  Task(BatchWork<B, T> work, Delivery model, int beside, Same same) {
    this.work = work;
    this.model = model;
    this.beside = beside;
    this.same = same;
  }

  /** The batches of one partition. */
  record Part<B extends BatchWork.Batch>(List<B> batches) implements Serializable {}

  @Override
  public Answer<T> apply(Iterator<Part<B>> parts) {
    List<B> batches = parts.next().batches();
    String host = Same.host();
    try {
      same.require(Same.here(), host);
      LanguageModel opened = ExecutorModels.of(onDevice(host), host);
      return Answer.of(
          Workers.asPiece(beside, model.source().threads(), () -> work.compute(opened, batches)));
    } catch (EngramException e) {
      return Answer.of(e);
    } catch (OutOfMemoryError e) {
      // Thrown, it would end the executor, and the task would do the same to the next ones.
      return Answer.of(
          EngramException.resources(
              "An executor on %s has too little memory for its tasks: %s.%nGive it more: --spark-conf spark.executor.memory=4g for Java's heap, spark.executor.memoryOverhead for tensors; or fewer tasks at a time (spark.executor.cores), or a smaller --batch-tokens."
                  .formatted(host, e.getMessage()),
              e));
    }
  }

  /** The model on the CPU, or on the GPU that Spark gives this task. */
  private Delivery onDevice(String host) {
    if (model.source().device().isCpu()) {
      return model;
    }
    return model.on(Gpus.of(TaskContext.get().resourcesJMap(), Device.gpus(), host));
  }
}
