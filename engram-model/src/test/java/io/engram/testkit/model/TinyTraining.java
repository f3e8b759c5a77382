package io.engram.testkit.model;

import io.engram.model.train.OptimizerSettings;

/** The optimizers that tiny models are trained with. */
public final class TinyTraining {
  private TinyTraining() {}

  /** AdamW with weight decay and clipping. */
  public static OptimizerSettings adamw() {
    return new OptimizerSettings(
        OptimizerSettings.Algorithm.ADAMW,
        1e-2,
        0.01,
        0.9,
        0.999,
        1e-8,
        0,
        1.0,
        OptimizerSettings.Decay.ALL,
        OptimizerSettings.Schedule.LINEAR,
        1);
  }

  /** Plain gradient descent: neither momentum nor decay nor clipping. */
  public static OptimizerSettings sgd() {
    return sgd(0.25);
  }

  /** Plain gradient descent at this learning rate. */
  public static OptimizerSettings sgd(double learningRate) {
    return new OptimizerSettings(
        OptimizerSettings.Algorithm.SGD,
        learningRate,
        0,
        0.9,
        0.999,
        1e-8,
        0,
        0,
        OptimizerSettings.Decay.ALL,
        OptimizerSettings.Schedule.CONSTANT,
        0);
  }
}
