package io.engram.model.gradient;

import org.bytedeco.pytorch.Tensor;

/** Which way a step from a gradient leads. */
public enum StepDirection {
  /** ∇L: plain gradient ascent. */
  GRADIENT,

  /**
   * What stands for sign(∇L), the first update of Adam: a matrix is divided by the root mean
   * squares of its rows and columns, as in Adafactor (Shazeer and Stern 2018), and multiplied by
   * √(2/π); a vector has its signs. To first order that leads as far as the signs do where numbers
   * are normally distributed: sign(z) goes with another normal number as √(2/π) z does (Bussgang
   * 1952).
   */
  SIGN;

  /** Of a vector; itself or its signs. */
  Tensor of(Tensor gradient) {
    return this == SIGN ? gradient.sign() : gradient;
  }

  /** √(2/π) = E|z|. */
  static final double MEAN_SIZE = Math.sqrt(2 / Math.PI);
}
