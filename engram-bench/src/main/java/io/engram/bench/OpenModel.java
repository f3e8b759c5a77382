package io.engram.bench;

import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.TrainingSequence;
import io.engram.unlearn.method.Finetune;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A model and TOFU's forget01, 40 questions with their answers, in the plain template. */
@State(Scope.Benchmark)
public class OpenModel {
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
