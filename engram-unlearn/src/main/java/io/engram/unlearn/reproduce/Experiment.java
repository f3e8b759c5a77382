package io.engram.unlearn.reproduce;

import io.engram.core.study.Study;
import java.util.Optional;

/** A table or figure of the paper. Each has one, registered in Experiments. */
public interface Experiment {
  /** How the command line calls it: {@code table1}. */
  String name();

  /** What it is, in a few words. */
  String title();

  /**
   * Makes what is missing in the plan's folder, then says what came out. What is done is never made
   * again.
   *
   * @return empty where it was stopped; the same call goes on
   * @throws io.engram.core.EngramException if the model has no recipes for it, or data are missing
   */
  Optional<Study> carryOut(ReproductionPlan plan);
}
