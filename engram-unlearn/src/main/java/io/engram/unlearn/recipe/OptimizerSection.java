package io.engram.unlearn.recipe;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Choices;
import io.engram.core.settings.Setting;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.OptimizerSettings.Algorithm;
import io.engram.model.train.OptimizerSettings.Decay;
import io.engram.model.train.OptimizerSettings.Schedule;
import java.util.List;

/** {@code optimizer}: how an update changes the weights. */
public interface OptimizerSection {
  /** The optimizers by their names in a recipe. */
  Choices<OptimizerSection> ALL =
      new Choices<>(
          OptimizerSection.class,
          "name",
          "How an update changes the weights.",
          List.of(AdamW.class, Sgd.class));

  /** The highest of the schedule. */
  @Setting(
      value = "1e-5",
      range = "> 0",
      unit = "per update",
      reason =
          "The highest of the schedule. The first thing to change where too little or too "
              + "much is forgotten.")
  double learningRate();

  /** Decoupled, as AdamW's. */
  @Setting(
      value = "0.01",
      range = ">= 0",
      reason =
          "Each update shrinks a weight by learning_rate · weight_decay of itself, apart "
              + "from the gradient.")
  double weightDecay();

  /** The gradient's norm is cut to this; 0: never. */
  @Setting(
      value = "0",
      range = ">= 0",
      reason = "The gradient's norm is cut down to this. 0: never.")
  double clipNorm();

  /** Which parameters decay. */
  @Setting(
      value = "all",
      reason =
          "What weight_decay acts on. all: every trained parameter; matrices: norms and "
              + "biases left out, as the Hugging Face trainer does.")
  Decay decay();

  /** The learning rate after the warm-up. */
  @Setting(
      value = "linear",
      reason =
          "The learning rate after the warm-up: linear to 0, constant, or along a half "
              + "cosine to 0.")
  Schedule schedule();

  /** Over how many updates the learning rate rises from 0. */
  @Setting(
      value = "0",
      range = ">= 0",
      unit = "updates",
      reason = "The learning rate rises from 0 over so many updates; steadies adamw's start.")
  int warmupUpdates();

  /** The same as a model takes it. */
  OptimizerSettings settings();

  /**
   * Adam with decoupled weight decay.
   *
   * @param betas β₁ and β₂
   * @param epsilon ε
   */
  @Choice(value = "adamw", summary = "Adam with decoupled weight decay")
  record AdamW(
      double learningRate,
      double weightDecay,
      @Setting(
              value = "[0.9, 0.999]",
              range = "[0, 1)",
              size = 2,
              reason =
                  "β₁ and β₂ of adamw: how long the gradient's mean and square are remembered.")
          List<Double> betas,
      @Setting(
              value = "1e-8",
              range = "> 0",
              reason = "ε of adamw, which keeps its division from 0.")
          double epsilon,
      double clipNorm,
      Decay decay,
      Schedule schedule,
      int warmupUpdates)
      implements OptimizerSection {
    /** Copies the list. */
    public AdamW {
      betas = List.copyOf(betas);
    }

    @Override
    public OptimizerSettings settings() {
      return new OptimizerSettings(
          Algorithm.ADAMW,
          learningRate,
          weightDecay,
          betas.get(0),
          betas.get(1),
          epsilon,
          0,
          clipNorm,
          decay,
          schedule,
          warmupUpdates);
    }
  }

  /**
   * Stochastic gradient descent, which keeps no state but the momentum.
   *
   * @param momentum μ; 0: none
   */
  @Choice(
      value = "sgd",
      summary = "stochastic gradient descent, which keeps no state but the momentum")
  record Sgd(
      double learningRate,
      double weightDecay,
      @Setting(value = "0", range = "[0, 1)", reason = "Momentum of sgd.") double momentum,
      double clipNorm,
      Decay decay,
      Schedule schedule,
      int warmupUpdates)
      implements OptimizerSection {
    @Override
    public OptimizerSettings settings() {
      return new OptimizerSettings(
          Algorithm.SGD,
          learningRate,
          weightDecay,
          0.9,
          0.999,
          1e-8,
          momentum,
          clipNorm,
          decay,
          schedule,
          warmupUpdates);
    }
  }
}
