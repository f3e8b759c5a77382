package io.engram.bench;

import java.io.IOException;
import org.openjdk.jmh.Main;

/**
 * Runs all benchmarks; arguments are JMH's: {@code -p model=path/to/model}, {@code PassBenchmark}.
 *
 * <pre>
 * ./mvnw -q -pl engram-bench -am package -DskipTests
 * ./mvnw -q -pl engram-bench exec:exec
 * </pre>
 */
public final class Benchmarks {
  private Benchmarks() {}

  /** Hands the arguments to JMH. */
  public static void main(String[] arguments) throws IOException {
    Main.main(arguments);
  }
}
