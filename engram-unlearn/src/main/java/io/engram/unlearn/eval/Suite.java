package io.engram.unlearn.eval;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import java.util.List;

/** A set of measurements that belong together. */
public interface Suite {
  /** How recipes and measurements call it. */
  String name();

  /**
   * Measures a model.
   *
   * @param stage {@code before}, {@code after} or {@code epoch-N}; goes into the measurements
   * @param limit the first so many rows of each set; 0 or less: all
   */
  Evaluation run(LanguageModel model, String stage, int limit, ProgressListener progress);

  /**
   * The same beside other suites at the same stage, whose answers it may share.
   *
   * @param answers of this model as it is now
   */
  default Evaluation run(
      LanguageModel model,
      String stage,
      int limit,
      GreedyAnswers answers,
      ProgressListener progress) {
    return run(model, stage, limit, progress);
  }

  /**
   * The suite as a run measures it, where it goes by what the run forgets and its name doesn't say
   * otherwise.
   *
   * @param forget the run's own samples, as they were chosen, cut and drawn
   */
  default Suite ofRun(List<Sample> forget) {
    return this;
  }
}
