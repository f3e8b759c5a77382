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

  /** The learning rate where none is given and none can be found by rehearsing. */
  String RATE = "1e-5";

  /** The peak learning rate of the schedule. */
  @Setting(
      value = OptimizerSection.RATE,
      shown = "auto; 1e-5 where stop.rule checks no samples",
      auto = true,
      range = "> 0",
      unit = "per update",
      reason =
          "The peak learning rate of the schedule. Change this first if too little or too much "
              + "is forgotten. auto: found by rehearsing the run before it starts; needs a "
              + "stop.rule that checks samples.")
  double learningRate();

  /** Weight decay, decoupled from the gradient as in AdamW. */
  @Setting(
      value = "0.01",
      range = ">= 0",
      reason =
          "Each update shrinks every weight by the fraction learning_rate · weight_decay, "
              + "independently of the gradient.")
  double weightDecay();

  /** Gradients with a larger norm are scaled down to this norm; 0: never. */
  @Setting(
      value = "0",
      range = ">= 0",
      reason =
          "Scales a gradient with a larger norm down to this norm, which guards against "
              + "divergence. 0: never.")
  double clipNorm();

  /** ρ of sharpness-aware minimisation of the forget loss; 0: off. */
  @Setting(
      value = "0",
      range = ">= 0",
      reason =
          "ρ of SAM, for any method: the forget gradient is taken where the forget loss is worst "
              + "within about this distance of the weights, which is meant to keep forgotten what "
              + "small changes of the weights would bring back. Takes a second pass over the "
              + "forget samples. 0: off; its authors set 0.01.")
  double samRho();

  /** Which parameters weight decay applies to. */
  @Setting(
      value = "all",
      reason =
          "Which parameters weight_decay applies to. all: every trained parameter; matrices: all "
              + "but norms and biases, as in the Hugging Face trainer.")
  Decay decay();

  /** How the learning rate changes after the warm-up. */
  @Setting(
      value = "linear",
      reason =
          "How the learning rate changes after the warm-up. linear: falls linearly to 0; "
              + "constant: stays; cosine: falls to 0 along half a cosine; wsd (warm-up, stable, "
              + "decay): stays for a third of the updates, then falls linearly to 0.")
  Schedule schedule();

  /** Number of updates over which the learning rate rises from 0. */
  @Setting(
      value = "0",
      range = ">= 0",
      unit = "updates",
      reason =
          "The learning rate rises from 0 over this many updates, which makes the first "
              + "updates of adamw more stable.")
  int warmupUpdates();

  /** The same settings in the form that a model's trainer takes. */
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
                  "β₁ and β₂ of adamw: the decay rates of its running means of the gradient and "
                      + "of its square. Closer to 1 averages over more updates.")
          List<Double> betas,
      @Setting(
              value = "1e-8",
              range = "> 0",
              reason = "ε of adamw, added to its denominator to avoid division by zero.")
          double epsilon,
      double clipNorm,
      double samRho,
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
   * Stochastic gradient descent; its only state is the momentum.
   *
   * @param momentum μ; 0: none
   */
  @Choice(
      value = "sgd",
      summary = "stochastic gradient descent, which keeps no state but the momentum")
  record Sgd(
      double learningRate,
      double weightDecay,
      @Setting(
              value = "0",
              range = "[0, 1)",
              reason =
                  "Momentum of sgd: the fraction of the previous step that is added to the next. "
                      + "0: none.")
          double momentum,
      double clipNorm,
      double samRho,
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
