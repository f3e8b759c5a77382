package io.engram.bench;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.score.PerturbedScorer;
import io.engram.model.score.Scorer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** Seconds of one pass over forget01: scoring, one perturbed pass of MRD, one AdamW update. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
public class PassBenchmark {
  /** Log-probabilities of the labelled tokens. */
  @Benchmark
  public List<double[]> score(OpenModel opened) {
    return new Scorer(opened.model()).logProbs(opened.samples(), ProgressListener.NONE);
  }

  /** Noise on all parameters, then the same. */
  @Benchmark
  public List<double[]> perturbedPass(OpenModel opened) {
    return new PerturbedScorer(opened.model())
        .logProbs(opened.samples(), RandomStream.of(1, "bench", 0, 0), 1e-3);
  }

  /** Gradients of all weights and an update. */
  @Benchmark
  public double trainingStep(OpenModel opened) {
    opened.trainer().accumulate(opened.descent());
    return opened.trainer().update(1e-9);
  }
}
