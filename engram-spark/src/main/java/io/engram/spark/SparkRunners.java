package io.engram.spark;

import io.engram.model.BatchRunner;
import io.engram.model.BatchRunners;
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
  public BatchRunner start(Request request) {
    SparkConf conf =
        new Settings(
                request.master(), request.settings(), request.nativeBytes(), request.messages())
            .ofBatches();
    return new SparkRunner(Cluster.start(conf, request.master(), request.messages()), request);
  }
}
