package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.core.Version;
import io.engram.model.BatchWork;
import io.engram.model.LanguageModel;
import io.engram.model.ModelSource;
import io.engram.model.tensor.Workers;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/**
 * What an executor does with one partition: open the model if it isn't open yet, and compute the
 * partition's batches.
 *
 * <p>What a user must mend comes back as an answer: a task that throws would be tried again
 * elsewhere, to fail there in the same way. Everything else is thrown, and Spark tries again.
 */
final class Task<B extends BatchWork.Batch, T extends Serializable>
    extends AbstractFunction1<Iterator<Task.Part<B>>, Task.Answer<T>> implements Serializable {
  private static final long serialVersionUID = 1;

  private final BatchWork<B, T> work;
  private final ModelSource source;
  private final int beside;
  private final Same same;

  Task(BatchWork<B, T> work, ModelSource source, int beside, Same same) {
    this.work = work;
    this.source = source;
    this.beside = beside;
    this.same = same;
  }

  /** The batches of one partition. */
  record Part<B extends BatchWork.Batch>(List<B> batches) implements Serializable {}

  /**
   * The results of a partition's batches, or why there are none.
   *
   * @param results in the order of the batches
   * @param fault null: computed
   */
  record Answer<T extends Serializable>(
      List<T> results, EngramException.@Nullable Kind fault, String message)
      implements Serializable {
    static <T extends Serializable> Answer<T> of(EngramException fault) {
      return new Answer<>(List.of(), fault.kind(), String.valueOf(fault.getMessage()));
    }

    /**
     * Checks that there are results.
     *
     * @throws EngramException what was thrown on the executor
     */
    void require() {
      if (fault != null) {
        throw switch (fault) {
          case USAGE -> EngramException.usage(message);
          case FILE -> EngramException.file(message);
          case RESOURCES -> EngramException.resources(message, null);
        };
      }
    }
  }

  /**
   * What could make the same computation give other bits.
   *
   * @param java the feature release, such as 17
   * @param engram version and commit
   */
  record Same(int java, String engram) implements Serializable {
    static Same here() {
      return new Same(Runtime.version().feature(), Version.code());
    }

    /**
     * Checks that tasks run in the same.
     *
     * @throws EngramException if not
     */
    void require(Same there, String host) {
      if (there.java != java) {
        throw EngramException.usage(
            ("Java %d runs on %s, Java %d here: results could differ in their last digits.%n"
                    + "Use one Java everywhere: --spark-conf spark.executorEnv.JAVA_HOME=PATH, or"
                    + " start engram-spark with the other.")
                .formatted(there.java, host, java));
      }
      if (!there.engram.equals(engram)) {
        throw EngramException.usage(
            "Engram %s is on %s, %s here.%nInstall the same version everywhere."
                .formatted(there.engram, host, engram));
      }
    }
  }

  @Override
  public Answer<T> apply(Iterator<Part<B>> parts) {
    List<B> batches = parts.next().batches();
    try {
      String host = host();
      same.require(Same.here(), host);
      LanguageModel model = ExecutorModels.of(source, host);
      return new Answer<>(
          List.copyOf(
              Workers.asPiece(beside, source.threads(), () -> work.compute(model, batches))),
          null,
          "");
    } catch (EngramException e) {
      return Answer.of(e);
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an executor";
    }
  }
}
