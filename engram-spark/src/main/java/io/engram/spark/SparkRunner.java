package io.engram.spark;

import io.engram.core.ProgressListener;
import io.engram.model.BatchRunner;
import io.engram.model.BatchRunners;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.ModelSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes batches on Spark, a job a call. Results are taken one partition at a time, as they come;
 * if Spark computes a partition twice, both have the same bits.
 */
final class SparkRunner implements BatchRunner {
  /** Partitions for each task that can run at a time, so that all end at about the same time. */
  private static final int PARTITIONS_A_SLOT = 4;

  private final Cluster cluster;
  private final boolean sends;
  private final Delivery delivery;
  private final boolean lent;

  /**
   * Computes this model's batches on a cluster; both are borrowed.
   *
   * @param sends whether to send its files to executors
   */
  SparkRunner(Cluster cluster, LanguageModel model, boolean sends) {
    this.cluster = cluster;
    this.lent = cluster.isLocal();
    this.sends = sends;
    ModelSource own = cluster.onGpus() ? model.sourceOnGpu() : model.source();
    if (lent) {
      this.delivery = Delivery.of(own);
      ExecutorModels.lend(delivery, model);
    } else {
      this.delivery =
          sends ? Shipment.send(own, cluster::send) : Delivery.of(own.requiring(model.hash()));
    }
  }

  @Override
  public <B extends BatchWork.Batch, T extends Serializable> List<T> run(
      BatchWork<B, T> work, List<B> batches, int beside, ProgressListener progress) {
    if (batches.isEmpty()) {
      return List.of();
    }
    long[] tokens = batches.stream().mapToLong(BatchWork.Batch::tokens).toArray();
    List<int[]> partitions = Partitions.byTokens(tokens, partitions(work, tokens));
    List<Task.Part<B>> parts =
        partitions.stream()
            .map(part -> new Task.Part<B>(Arrays.stream(part).mapToObj(batches::get).toList()))
            .toList();
    List<@Nullable T> results = new ArrayList<>(Collections.nCopies(batches.size(), null));
    cluster.run(
        parts,
        new Task<>(work, delivery, beside, Same.here()),
        new Cluster.Answers<Answer<T>>() {
          @Override
          public void take(int part, Answer<T> answer) {
            int[] own = partitions.get(part);
            List<T> values = answer.require();
            long samples = 0;
            for (int i = 0; i < own.length; i++) {
              results.set(own[i], values.get(i));
              samples += batches.get(own[i]).count();
            }
            progress.advance(samples);
          }

          @Override
          public void waiting() {
            progress.advance(0);
          }
        });
    return results.stream().map(Objects::requireNonNull).toList();
  }

  private int partitions(BatchWork<?, ?> work, long[] tokens) {
    int slots = cluster.slots();
    if (!work.shares()) {
      return PARTITIONS_A_SLOT * slots;
    }
    long all = Arrays.stream(tokens).sum();
    long least = (all + BatchRunners.SHARED_TOKENS - 1) / BatchRunners.SHARED_TOKENS;
    // A multiple of the slots: a single partition more would take as long as another round.
    return Math.toIntExact(Math.max(1, (least + slots - 1) / slots) * slots);
  }

  @Override
  public void attach(LanguageModel other) {
    other.computeOn(new SparkRunner(cluster, other, sends));
  }

  @Override
  public void close() {
    if (lent) {
      ExecutorModels.takeBack(delivery);
    }
  }
}
