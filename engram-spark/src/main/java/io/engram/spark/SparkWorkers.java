package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.Trees;
import io.engram.model.group.Meeting;
import io.engram.model.group.WorkerGroup;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Workers;
import io.engram.unlearn.run.Assistant;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.run.WorkerRunner;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * Starts the workers of a group on Spark: the tasks of one barrier stage, which Spark starts
 * together or not at all. This process leads. A lost worker ends the stage; Spark must not start it
 * again, since the group is gone. Found by {@link java.util.ServiceLoader}.
 */
public final class SparkWorkers implements WorkerRunner {
  private static final long PATIENCE_SECONDS = 30;

  /** Fails where this module is on the class path, but Spark isn't. */
  public SparkWorkers() {
    Objects.requireNonNull(SparkContext.class);
  }

  @Override
  public Running start(Request request) {
    Settings settings =
        new Settings(
            request.master(), request.settings(), request.nativeBytes(), request.messages());
    Cluster cluster = Cluster.start(settings.ofWorkers(), request.master(), request.messages());
    try {
      int others = request.size() - 1;
      if (cluster.slots() < others) {
        throw EngramException.usage(
            "--workers %d --spark %s: this process leads, and the other %d must run at the same time, but Spark has room for %d tasks.\nName fewer workers, or give Spark more cores or executors."
                .formatted(request.size(), request.master(), others, cluster.slots()));
      }
      return OnCluster.of(cluster, request);
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private record OnCluster(Cluster cluster, WorkerGroup group, Thread stage) implements Running {
    static OnCluster of(Cluster cluster, Request request) {
      try (Meeting meeting = Meeting.open(request.size(), Meeting.PATIENCE)) {
        List<Integer> ranks = IntStream.range(1, request.size()).boxed().toList();
        Joined task =
            new Joined(
                cluster.host(),
                meeting.port(),
                request.size(),
                request.sharesState(),
                request.command(),
                request.batchTokens(),
                cluster.taskCpus(),
                Same.here());
        AtomicReference<@Nullable EngramException> failure = new AtomicReference<>();
        Thread stage =
            new Thread(
                () -> {
                  try {
                    cluster.runTogether(ranks, task, Answer::require);
                  } catch (EngramException e) {
                    failure.set(e);
                  }
                },
                "workers");
        stage.setDaemon(true);
        stage.start();
        WorkerGroup group =
            meeting.lead(
                cluster.host(),
                request.sharesState(),
                () -> {
                  EngramException failed = failure.get();
                  if (failed != null) {
                    throw failed;
                  }
                });
        return new OnCluster(cluster, group, stage);
      }
    }

    @Override
    public void close() {
      Assistant.dismiss(group);
      if (!group.isLost()) { // else some never end by themselves
        try {
          stage.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      group.close();
      cluster.close();
    }
  }

  /** What an executor does for a worker. */
  private static final class Joined extends AbstractFunction1<Iterator<Integer>, Answer<Boolean>>
      implements Serializable {
    private static final long serialVersionUID = 1;

    private final String leader;
    private final int port;
    private final int size;
    private final boolean sharesState;
    private final String command;
    private final int batchTokens;
    private final int threads;
    private final Same same;

    Joined(
        String leader,
        int port,
        int size,
        boolean sharesState,
        String command,
        int batchTokens,
        int threads,
        Same same) {
      this.leader = leader;
      this.port = port;
      this.size = size;
      this.sharesState = sharesState;
      this.command = command;
      this.batchTokens = batchTokens;
      this.threads = threads;
      this.same = same;
    }

    @Override
    public Answer<Boolean> apply(Iterator<Integer> ranks) {
      int rank = ranks.next();
      try {
        same.require(Same.here(), Same.host());
        // Above 1: this one has a thread to itself, as the workers of one machine have.
        int beside = threads == 1 ? 2 : 1;
        return Answer.of(List.of(Workers.asPiece(beside, threads, () -> work(rank))));
      } catch (EngramException e) {
        return Answer.of(e);
      }
    }

    private boolean work(int rank) {
      Path scratch = scratch();
      try (WorkerGroup group =
          Meeting.join(leader, port, rank, size, sharesState, Meeting.PATIENCE)) {
        Setup setup =
            new Setup(
                command, Device.CPU, threads, batchTokens, ProgressListener.NONE, () -> false);
        Assistant.work(group, scratch, setup, () -> {});
        return true;
      } catch (WorkerGroup.Lost e) {
        throw EngramException.resources(Same.host() + ": " + e.getMessage(), e);
      } finally {
        delete(scratch);
      }
    }

    private static Path scratch() {
      try {
        return Files.createTempDirectory("engram-worker");
      } catch (IOException e) {
        throw EngramException.resources(
            "%s: no temporary folder can be made: %s".formatted(Same.host(), e.getMessage()), e);
      }
    }

    private static void delete(Path scratch) {
      try {
        Trees.delete(scratch);
      } catch (IOException e) {
        // A temporary folder; the system clears it.
      }
    }
  }
}
