package io.engram.spark;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;

/** Counts Spark's jobs, if {@code spark.extraListeners} names it. */
public final class Jobs extends SparkListener {
  /** The setting that names it. */
  static final String LISTENS = "spark.extraListeners=" + Jobs.class.getName();

  private static final AtomicInteger STARTED = new AtomicInteger();

  /** How many have started since this was last asked. */
  static int started() {
    return STARTED.getAndSet(0);
  }

  @Override
  public void onJobStart(SparkListenerJobStart job) {
    STARTED.incrementAndGet();
  }
}
