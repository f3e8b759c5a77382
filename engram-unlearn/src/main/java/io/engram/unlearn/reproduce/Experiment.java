package io.engram.unlearn.reproduce;

import io.engram.core.study.Study;
import java.util.Optional;
import java.util.OptionalInt;

/** A table or figure of the paper. Each has one, registered in Experiments. */
public interface Experiment {
  /** How the command line calls it: {@code table1}. */
  String name();

  /** What it is, in a few words. */
  String title();

  /**
   * How many samples, or groups of samples, it takes where the plan names no number.
   *
   * @return empty where it takes whole sets, which recipes name
   */
  default OptionalInt samples() {
    return OptionalInt.empty();
  }

  /**
   * Makes what is missing in the plan's folder, then says what came out. What is done is never made
   * again.
   *
   * @return empty where it was stopped; the same call goes on
   * @throws io.engram.core.EngramException if the model has no recipes for it, or data are missing
   */
  Optional<Study> carryOut(ReproductionPlan plan);
}
