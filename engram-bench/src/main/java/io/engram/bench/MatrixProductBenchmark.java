package io.engram.bench;

import io.engram.model.tensor.MatrixProduct;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** What the machine can do at most: a float32 product of two 1,024 x 1,024 matrices, 2.15 GFLOP. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class MatrixProductBenchmark {
  /** The product. */
  @Benchmark
  public double product() {
    return MatrixProduct.run(1024);
  }
}
