package io.engram.spark;

import io.engram.core.EngramException;
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
    SparkConf conf = Settings.of(request);
    SparkContext context;
    try {
      context = SparkContext.getOrCreate(conf);
    } catch (RuntimeException e) {
      throw refused(request.master(), e);
    } catch (Exception e) { // Scala throws checked exceptions undeclared
      throw refused(request.master(), e);
    }
    return new SparkRunner(context, request);
  }

  private static EngramException refused(String master, Exception e) {
    return EngramException.usage(
        "--spark %s: Spark %s could not be started there: %s%nCheck the address, and that the cluster runs the same Spark."
            .formatted(master, org.apache.spark.package$.MODULE$.SPARK_VERSION(), firstLine(e)));
  }

  /** The first line of a failure's message. */
  static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
  }
}
