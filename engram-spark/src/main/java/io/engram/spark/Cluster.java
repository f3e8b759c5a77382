package io.engram.spark;

import io.engram.core.EngramException;
import java.io.Serializable;
import java.net.BindException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SimpleFutureAction;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.resource.ResourceProfile;
import org.jspecify.annotations.Nullable;
import scala.Function1;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction0;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * A Spark context with its executors, and jobs on it. Closing it stops the context, and with it the
 * executors.
 */
final class Cluster implements AutoCloseable {
  private static final long EXECUTOR_WAIT_SECONDS = 180;
  private static final long LOOK_MILLIS = 100;

  private final SparkContext context;
  private final Set<String> sent = new HashSet<>();
  private final @Nullable ResourceProfile onGpus;

  private Cluster(SparkContext context, boolean gpus) {
    this.context = context;
    this.onGpus = gpus ? Gpus.oneATask(taskCpus()) : null;
  }

  /**
   * Starts Spark there and waits for its executors: before one has come, Spark doesn't know how
   * many tasks can run at a time.
   *
   * @param master as the user named it
   * @throws EngramException if it can't be started, or no executor comes
   */
  static Cluster start(SparkConf conf, String master, Consumer<String> messages) {
    return start(conf, master, false, messages);
  }

  /**
   * The same, with jobs of {@link #run} on GPUs if asked for: each task has one.
   *
   * @throws EngramException also if executors weren't asked to have any
   */
  static Cluster start(SparkConf conf, String master, boolean gpus, Consumer<String> messages) {
    if (gpus) {
      Gpus.require(conf, master);
    }
    SparkContext context;
    try {
      context = SparkContext.getOrCreate(conf);
    } catch (RuntimeException e) {
      throw refused(master, e);
    } catch (Exception e) { // Scala throws checked exceptions undeclared
      throw refused(master, e);
    }
    Cluster cluster = new Cluster(context, gpus);
    if (!cluster.isLocal()) {
      cluster.awaitExecutors(master);
    }
    messages.accept(
        "Spark %s on %s: %d tasks at a time%s"
            .formatted(
                context.version(), context.master(), cluster.slots(), gpus ? ", a GPU each" : ""));
    return cluster;
  }

  private static EngramException refused(String master, Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return EngramException.usage(
            "--spark %s: a port of this machine can't be used: %s%nName another (spark.driver.port, spark.blockManager.port, spark.ui.port), or none: then the system chooses."
                .formatted(master, firstLine(cause)));
      }
    }
    return EngramException.usage(
        "--spark %s: Spark %s could not be started there: %s%nCheck the address, and that the cluster runs the same Spark."
            .formatted(master, org.apache.spark.package$.MODULE$.SPARK_VERSION(), firstLine(e)));
  }

  private void awaitExecutors(String master) {
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
                .formatted(master),
            null);
      }
      if (seconds >= EXECUTOR_WAIT_SECONDS) {
        context.stop();
        throw EngramException.resources(
            "--spark %s: no executor came within %d seconds.\nDoes the cluster have workers with enough free cores and memory (spark.executor.cores, spark.executor.memory)?"
                .formatted(master, EXECUTOR_WAIT_SECONDS),
            null);
      }
      sleep();
    }
  }

  private int executors() {
    return context.statusTracker().getExecutorInfos().length - 1;
  }

  /** Whether tasks run in this process. */
  boolean isLocal() {
    return Settings.isLocal(context.getConf());
  }

  /** How many tasks can run at a time. */
  int slots() {
    int byCpus = Math.max(1, context.defaultParallelism() / taskCpus());
    return onGpus == null ? byCpus : Gpus.slots(byCpus, executors(), context.getConf());
  }

  /** Whether tasks have a GPU each. */
  boolean onGpus() {
    return onGpus != null;
  }

  /** Sends a file to all executors, under the name of its link; once, however often it is asked. */
  void send(String name, Path link) {
    if (sent.add(name)) {
      // Of a plain path, Spark would take the name of the file that the link leads to.
      context.addFile(link.toUri().toString());
    }
  }

  /** The address of this process's machine, as executors reach it. */
  String host() {
    return context.getConf().get("spark.driver.host");
  }

  /** Cores of a task. */
  int taskCpus() {
    return context.getConf().getInt("spark.task.cpus", 1);
  }

  /**
   * What happens to the answers of a job. The caller's thread hears of them, since that is where an
   * exception stops the job.
   */
  interface Answers<T> {
    /** Takes the answer of a part. */
    void take(int part, T answer);

    /** Nothing has come for a moment; the place to notice Ctrl-C. */
    void waiting();
  }

  /**
   * Computes a task for each part, and gives the answers on as they come. If Spark computes a part
   * twice, because an executor was lost or slow, the first answer counts.
   *
   * @throws EngramException if Spark gives up
   */
  <P, T> void run(List<P> parts, Function1<Iterator<P>, T> task, Answers<T> answers) {
    run(parts, task, answers, false);
  }

  /**
   * Computes a task for each part, all at the same time: a barrier stage.
   *
   * @param answer takes the answers as they come
   * @throws EngramException if Spark gives up, which it does when a task is lost
   */
  <P, T> void runTogether(List<P> parts, Function1<Iterator<P>, T> task, Consumer<T> answer) {
    run(
        parts,
        task,
        new Answers<T>() {
          @Override
          public void take(int part, T one) {
            answer.accept(one);
          }

          @Override
          public void waiting() {}
        },
        true);
  }

  private <P, T> void run(
      List<P> parts, Function1<Iterator<P>, T> task, Answers<T> answers, boolean together) {
    BlockingQueue<Arrival<T>> arrivals = new LinkedBlockingQueue<>();
    try (JavaSparkContext java = new Borrowed(context)) {
      RDD<P> rdd = java.parallelize(parts, parts.size()).rdd();
      if (together) {
        rdd =
            rdd.barrier()
                .mapPartitions(new Unchanged<>(), true, ClassTag$.MODULE$.apply(Object.class));
      } else if (onGpus != null) {
        rdd = rdd.withResources(onGpus);
      }
      SimpleFutureAction<Boolean> action = submit(rdd, parts.size(), task, arrivals);
      try {
        for (int left = parts.size(); left > 0; ) {
          Arrival<T> arrival = next(arrivals);
          if (arrival != null) {
            answers.take(arrival.part(), arrival.answer());
            left--;
          } else if (action.isCompleted() && arrivals.isEmpty()) {
            throw failed(action);
          } else {
            answers.waiting();
          }
        }
      } finally {
        if (!action.isCompleted()) {
          action.cancel();
        }
      }
    }
  }

  private record Arrival<T>(int part, T answer) {}

  private <P, T> SimpleFutureAction<Boolean> submit(
      RDD<P> rdd, int parts, Function1<Iterator<P>, T> task, BlockingQueue<Arrival<T>> arrivals) {
    List<Object> all = IntStream.range(0, parts).<Object>mapToObj(i -> i).toList();
    return context.submitJob(
        rdd,
        task,
        CollectionConverters.asScala(all).toSeq(),
        new AbstractFunction2<Object, T, BoxedUnit>() {
          @Override
          public BoxedUnit apply(Object part, T answer) {
            arrivals.add(new Arrival<>((Integer) part, answer));
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

  private static <T> @Nullable T next(BlockingQueue<T> arrivals) {
    try {
      return arrivals.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static EngramException failed(SimpleFutureAction<Boolean> action) {
    Throwable cause =
        action.value().isDefined() && action.value().get().isFailure()
            ? action.value().get().failed().get()
            : new IllegalStateException("the job ended without its results");
    return EngramException.resources(
        "Spark gave up: %s\nThe executors' own logs say more.".formatted(firstLine(cause)), cause);
  }

  /** The first line of a failure's message. */
  static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
  }

  private static void sleep() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    context.stop();
  }

  /** Hands a partition on as it is. */
  private static final class Unchanged<P> extends AbstractFunction1<Iterator<P>, Iterator<P>>
      implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public Iterator<P> apply(Iterator<P> partition) {
      return partition;
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
}
