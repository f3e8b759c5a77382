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
 * What an evaluation takes where the model that never saw the forget set is open beside the one
 * under test.
 *
 * @param size of the former
 */
public record RetrainedMemory(ModelSize size) {
  private static final String PART = "retrained model";

  /**
   * Of the model that a recipe names.
   *
   * @param tested how the model under test is opened
   * @return null where none is named, or no suite asks it
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
   * Both at once.
   *
   * @param evaluation without it
   * @param dtype of the model under test, in which this one is opened too
   * @param tokens of a pass at most
   */
  public MemoryNeed beside(MemoryNeed evaluation, Dtype dtype, int tokens) {
    return evaluation.beside(PART, new MemoryEstimate(size.in(dtype)).scoring(tokens));
  }
}
