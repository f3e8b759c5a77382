package io.engram.unlearn.eval.suites;

import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.ModelSize;
import io.engram.model.memory.MemoryEstimate;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.tensor.Dtype;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.tofu.RetrainedModel;
import org.jspecify.annotations.Nullable;

/**
 * The memory of an evaluation with the model that never saw the forget set open beside the one
 * under test.
 *
 * @param size of the former
 */
public record RetrainedMemory(ModelSize size) {
  private static final String PART = "retrained model";

  /**
   * For the model that a recipe names.
   *
   * @param tested how the model under test is opened
   * @return null if none is named, or no suite needs it
   * @throws io.engram.core.EngramException if it can't be opened
   */
  public static @Nullable RetrainedMemory of(EvalSection eval, ModelOptions tested) {
    String path = eval.retrained();
    boolean asked =
        eval.suites().stream()
            .anyMatch(name -> Suites.kind(name).reads().contains(EvalSection.Key.RETRAINED));
    return path == null || !asked
        ? null
        : new RetrainedMemory(LanguageModel.size(path, RetrainedModel.options(tested)));
  }

  /**
   * The memory of both.
   *
   * @param evaluation the memory without it
   * @param dtype of the model under test, in which this one is opened too
   * @param tokens maximum in a pass
   */
  public MemoryNeed beside(MemoryNeed evaluation, Dtype dtype, int tokens) {
    return evaluation.beside(PART, new MemoryEstimate(size.in(dtype)).scoring(tokens));
  }
}
