package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.BatchRunner;
import io.engram.model.BatchRunners;
import io.engram.model.BatchWork;
import io.engram.model.ModelSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction0;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Computes batches on Spark, a job a call. Results are taken one partition at a time, as they come;
 * if Spark computes a partition twice, because an executor was lost or slow, the first result
 * counts, and the other would have had the same bits.
 */
final class SparkRunner implements BatchRunner {
  /** Partitions for each task that can run at a time, so that all end at about the same time. */
  private static final int PARTITIONS_A_SLOT = 4;

  private static final long EXECUTOR_WAIT_SECONDS = 180;
  private static final long LOOK_MILLIS = 100;

  private final SparkContext context;
  private final ModelSource source;
  private final boolean local;

  /** On this context, which it stops in the end. */
  SparkRunner(SparkContext context, BatchRunners.Request request) {
    this.context = context;
    this.local = Settings.isLocal(context.getConf());
    ModelSource own = request.model().source();
    this.source = local ? own : own.requiring(request.model().hash());
    if (local) {
      ExecutorModels.lend(source, request.model());
    } else {
      awaitExecutors(request);
    }
    request
        .messages()
        .accept(
            "Spark %s on %s: %d tasks at a time"
                .formatted(context.version(), context.master(), slots()));
  }

  /** Before an executor has come, Spark doesn't know how many tasks can run at a time. */
  private void awaitExecutors(BatchRunners.Request request) {
    int wanted = context.getConf().getInt("spark.executor.instances", 1);
    long begin = System.nanoTime();
    while (executors() < wanted) {
      long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
      if (seconds >= EXECUTOR_WAIT_SECONDS && executors() > 0) {
        return;
      }
      if (context.isStopped()) {
        throw EngramException.resources(
            "--spark %s: executors could not be started.\nThe workers' logs say why."
                .formatted(request.master()),
            null);
      }
      if (seconds >= EXECUTOR_WAIT_SECONDS) {
        context.stop();
        throw EngramException.resources(
            "--spark %s: no executor came within %d seconds.\nDoes the cluster have workers with enough free cores and memory (spark.executor.cores, spark.executor.memory)?"
                .formatted(request.master(), EXECUTOR_WAIT_SECONDS),
            null);
      }
      sleep();
    }
  }

  private int executors() {
    return context.statusTracker().getExecutorInfos().length - 1;
  }

  private int slots() {
    return Math.max(
        1, context.defaultParallelism() / context.getConf().getInt("spark.task.cpus", 1));
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
    try (JavaSparkContext java = new Borrowed(context)) {
      RDD<Task.Part<B>> rdd = java.parallelize(parts, parts.size()).rdd();
      return new Job<T>(partitions, batches)
          .run(new Task<>(work, source, beside, Task.Same.here()), rdd, progress);
    }
  }

  private int partitions(BatchWork<?, ?> work, long[] tokens) {
    int slots = slots();
    if (!work.shares()) {
      return PARTITIONS_A_SLOT * slots;
    }
    long all = Arrays.stream(tokens).sum();
    long least = (all + BatchRunners.SHARED_TOKENS - 1) / BatchRunners.SHARED_TOKENS;
    // A multiple of the slots: a single partition more would take as long as another round.
    return Math.toIntExact(Math.max(1, (least + slots - 1) / slots) * slots);
  }

  @Override
  public void close() {
    if (local) {
      ExecutorModels.takeBack(source);
    }
    context.stop();
  }

  private static void sleep() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Java's view of a context that stays open. */
  private static final class Borrowed extends JavaSparkContext {
    Borrowed(SparkContext context) {
      super(context);
    }

    @Override
    public void close() {}
  }

  /**
   * One job: its partitions, and the answers as they come. The caller's thread takes them, since
   * that is where an exception from a progress listener stops the computation.
   */
  private final class Job<T extends Serializable> {
    private final List<int[]> partitions;
    private final List<? extends BatchWork.Batch> batches;
    private final BlockingQueue<Arrival<T>> arrivals = new LinkedBlockingQueue<>();

    Job(List<int[]> partitions, List<? extends BatchWork.Batch> batches) {
      this.partitions = partitions;
      this.batches = batches;
    }

    <P> List<T> run(
        Function1<Iterator<P>, Task.Answer<T>> task, RDD<P> rdd, ProgressListener progress) {
      SimpleFutureAction<Boolean> action = submit(task, rdd);
      try {
        List<@Nullable T> results = new ArrayList<>(Collections.nCopies(batches.size(), null));
        for (int left = partitions.size(); left > 0; ) {
          Arrival<T> arrival = next();
          if (arrival != null) {
            progress.advance(take(arrival, results));
            left--;
          } else if (action.isCompleted() && arrivals.isEmpty()) {
            throw failed(action);
          } else {
            progress.advance(0); // where Ctrl-C is noticed
          }
        }
        return results.stream().map(Objects::requireNonNull).toList();
      } finally {
        if (!action.isCompleted()) {
          action.cancel();
        }
      }
    }

    private <P> SimpleFutureAction<Boolean> submit(
        Function1<Iterator<P>, Task.Answer<T>> task, RDD<P> rdd) {
      List<Object> all = IntStream.range(0, partitions.size()).<Object>mapToObj(i -> i).toList();
      return context.submitJob(
          rdd,
          task,
          CollectionConverters.asScala(all).toSeq(),
          new AbstractFunction2<Object, Task.Answer<T>, BoxedUnit>() {
            @Override
            public BoxedUnit apply(Object partition, Task.Answer<T> answer) {
              arrivals.add(new Arrival<>((Integer) partition, answer));
              return BoxedUnit.UNIT;
            }
          },
          new AbstractFunction0<Boolean>() {
            @Override
            public Boolean apply() {
              return true;
            }
          });
    }

    private @Nullable Arrival<T> next() {
      try {
        return arrivals.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }

    /** Puts the results of a partition in their places; returns how many samples it has. */
    private long take(Arrival<T> arrival, List<@Nullable T> results) {
      arrival.answer().require();
      int[] own = partitions.get(arrival.partition());
      long samples = 0;
      for (int i = 0; i < own.length; i++) {
        results.set(own[i], arrival.answer().results().get(i));
        samples += batches.get(own[i]).count();
      }
      return samples;
    }

    private EngramException failed(SimpleFutureAction<Boolean> action) {
      Throwable cause =
          action.value().isDefined() && action.value().get().isFailure()
              ? action.value().get().failed().get()
              : new IllegalStateException("the job ended without its results");
      return EngramException.resources(
          "Spark gave up: %s\nThe executors' own logs say more."
              .formatted(SparkRunners.firstLine(cause)),
          cause);
    }
  }

  private record Arrival<T extends Serializable>(int partition, Task.Answer<T> answer) {}
}
