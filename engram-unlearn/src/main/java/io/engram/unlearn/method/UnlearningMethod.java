package io.engram.unlearn.method;

import io.engram.model.train.GradientRule;
import io.engram.model.train.Objective;
import org.jspecify.annotations.Nullable;

/**
 * What is minimised on the forget samples of an update. The retain term is added by the loop
 * ({@link RetainTerm}); which samples come when is the order's business.
 */
@FunctionalInterface
public interface UnlearningMethod {
  /**
   * One drawn forget sample's part of the update's loss.
   *
   * @param drawn with what {@link #refusals} asks for
   * @param size of the update's forget part: of the sequences {@link Drawn#sample}
   */
  Objective objective(Drawn drawn, UpdateSize size);

  /** What the method does with refusals. */
  default RefusalUse refusals() {
    return RefusalUse.NONE;
  }

  /** How forget and retain gradient become one; null: they are added. */
  default @Nullable GradientRule gradientRule() {
    return null;
  }

  /** How refusals come in. */
  enum RefusalUse {
    /** Not at all. */
    NONE,
    /** As the answer of each drawn sample, in its own answer's place. */
    INSTEAD,
    /** As a second sequence beside each drawn sample. */
    BESIDE
  }
}
