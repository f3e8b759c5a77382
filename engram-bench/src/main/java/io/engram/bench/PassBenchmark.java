package io.engram.bench;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.score.PerturbedScorer;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.Finetune;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
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

  /** A model and TOFU's forget01, 40 questions with their answers, in the plain template. */
  @State(Scope.Benchmark)
  public static class OpenModel {
    /** MODEL, as the command line takes it. */
    @Param("mini")
    public String model = "mini";

    private @Nullable LanguageModel opened;
    private @Nullable Trainer trainer;
    private List<TokenizedSample> samples = List.of();

    /** Opens the model. */
    @Setup(Level.Trial)
    public void open() {
      opened = LanguageModel.open(model, ModelOptions.defaults());
      samples = opened.samples().tokenize(SampleSource.load("tofu:forget01"));
      System.out.println("tokens of a pass: " + tokens());
    }

    /** Closes it. */
    @TearDown(Level.Trial)
    public void close() {
      if (trainer != null) {
        trainer.close();
      }
      model().close();
    }

    LanguageModel model() {
      if (opened == null) {
        throw new IllegalStateException("not open");
      }
      return opened;
    }

    List<TokenizedSample> samples() {
      return samples;
    }

    /** Tokens of all samples, prompts included. */
    int tokens() {
      return samples.stream().mapToInt(s -> s.ids().length).sum();
    }

    Trainer trainer() {
      if (trainer == null) {
        trainer =
            new Trainer(
                model(),
                TrainingScope.all(),
                new OptimizerSettings(
                    OptimizerSettings.Algorithm.ADAMW,
                    1e-6,
                    0.01,
                    0.9,
                    0.999,
                    1e-8,
                    0,
                    0,
                    OptimizerSettings.Decay.ALL,
                    OptimizerSettings.Schedule.CONSTANT,
                    0),
                1);
      }
      return trainer;
    }

    /** All samples with descent on the mean over their labelled tokens. */
    List<TrainingSequence> descent() {
      Finetune method = new Finetune();
      UpdateSize size = UpdateSize.of(samples);
      return samples.stream()
          .map(s -> new TrainingSequence(s, new Objective.OfLogProbs(method.forget(s, size))))
          .toList();
    }
  }
}
