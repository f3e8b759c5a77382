package io.engram.spark;

import io.engram.model.BatchRunners;
import io.engram.model.LanguageModel;
import java.util.Objects;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/** Starts {@link SparkRunner}s; found by {@link java.util.ServiceLoader}. */
public final class SparkRunners implements BatchRunners {
  /** Fails where this module is on the class path, but Spark isn't. */
  public SparkRunners() {
    Objects.requireNonNull(SparkContext.class);
  }

  @Override
  public Place start(Request request) {
    SparkConf conf =
        new Settings(
                request.master(), request.settings(), request.nativeBytes(), request.messages())
            .ofBatches();
    return new SparkPlace(
        Cluster.start(conf, request.master(), request.gpus(), request.messages()), request.sends());
  }

  /** A cluster that models share. */
  private record SparkPlace(Cluster cluster, boolean sends) implements Place {
    @Override
    public void attach(LanguageModel model) {
      model.computeOn(new SparkRunner(cluster, model, sends));
    }

    @Override
    public void close() {
      cluster.close();
    }
  }
}
