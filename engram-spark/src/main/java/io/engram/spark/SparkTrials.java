package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.tensor.Workers;
import io.engram.unlearn.run.TrialRunner;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.spark.SparkContext;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * Carries out trials on Spark, a task each; found by {@link java.util.ServiceLoader}. A trial whose
 * executor is lost is resumed from its checkpoint by the next attempt.
 */
public final class SparkTrials implements TrialRunner {
  /** Fails where this module is on the class path, but Spark isn't. */
  public SparkTrials() {
    Objects.requireNonNull(SparkContext.class);
  }

  @Override
  public Running start(Request request) {
    Settings settings =
        new Settings(
            request.master(), request.settings(), request.nativeBytes(), request.messages());
    Cluster cluster = Cluster.start(settings.ofTrials(), request.master(), request.messages());
    return new OnCluster(cluster, request.interrupted());
  }

  private record OnCluster(Cluster cluster, BooleanSupplier interrupted) implements Running {
    @Override
    public boolean carryOut(List<Work> trials, ProgressListener progress) {
      if (trials.isEmpty()) {
        return true;
      }
      AtomicBoolean done = new AtomicBoolean(true);
      Stop.asked = false;
      try {
        cluster.run(
            trials,
            new Carried(cluster.taskCpus(), Same.here()),
            new Cluster.Answers<Answer<Boolean>>() {
              @Override
              public void take(int part, Answer<Boolean> answer) {
                if (!answer.require().get(0)) {
                  done.set(false);
                }
                progress.advance(1);
              }

              /** Tasks in this process finish their step; others end with their executors. */
              @Override
              public void waiting() {
                if (interrupted.getAsBoolean()) {
                  Stop.asked = true;
                  if (!cluster.isLocal()) {
                    throw new Stop();
                  }
                }
              }
            });
        return done.get();
      } catch (Stop e) {
        return false;
      }
    }

    @Override
    public void close() {
      cluster.close();
    }
  }

  /** Thrown to leave a job whose tasks run elsewhere. */
  private static final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Whether the trials in this process are to stop. */
    private static volatile boolean asked;
  }

  /** What an executor does with a trial. */
  private static final class Carried extends AbstractFunction1<Iterator<Work>, Answer<Boolean>>
      implements Serializable {
    private static final long serialVersionUID = 1;

    private final int threads;
    private final Same same;

    Carried(int threads, Same same) {
      this.threads = threads;
      this.same = same;
    }

    @Override
    public Answer<Boolean> apply(Iterator<Work> trials) {
      Work trial = trials.next();
      if (Stop.asked) {
        return Answer.of(List.of(false));
      }
      try {
        same.require(Same.here(), Same.host());
        // Above 1: this one has a thread to itself, as trials side by side on one machine have.
        int beside = threads == 1 ? 2 : 1;
        return Answer.of(
            List.of(
                Workers.asPiece(beside, threads, () -> trial.carryOut(threads, () -> Stop.asked))));
      } catch (EngramException e) {
        return Answer.of(e);
      }
    }
  }
}
