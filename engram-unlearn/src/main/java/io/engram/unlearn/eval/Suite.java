package io.engram.unlearn.eval;

import io.engram.core.sample.Sample;
import java.util.List;

/** A set of measurements that belong together, opened with its settings. */
public interface Suite {
  /** How recipes and measurements call it. */
  String name();

  /** Measures a model as it is. */
  Evaluation measure(Stage stage);

  /** Whether {@link #ofRun} changes what is measured. */
  default boolean followsRun() {
    return false;
  }

  /**
   * The suite on what a run forgets, where it goes by that and its name doesn't say otherwise.
   *
   * @param forget the run's own samples, as they were chosen, cut and drawn
   */
  default Suite ofRun(List<Sample> forget) {
    return this;
  }
}
