package io.engram.spark;

import io.engram.core.EngramException;
import io.engram.core.Version;
import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * What could make the same computation give other bits.
 *
 * @param java the feature release, such as 17
 * @param engram version and commit
 * @param spark version
 */
record Same(int java, String engram, String spark) implements Serializable {
  static Same here() {
    return new Same(
        Runtime.version().feature(),
        Version.code(),
        org.apache.spark.package$.MODULE$.SPARK_VERSION());
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
    if (!there.spark.equals(spark)) {
      throw EngramException.usage(
          "Spark %s runs on %s, %s here.%nSet SPARK_HOME to the cluster's version."
              .formatted(there.spark, host, spark));
    }
  }

  /** The name of the machine that a task runs on. */
  static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an executor";
    }
  }
}
