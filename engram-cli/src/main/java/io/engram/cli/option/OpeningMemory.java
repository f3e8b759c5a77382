package io.engram.cli.option;

import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.ModelSize;
import io.engram.model.memory.AvailableMemory;
import io.engram.model.memory.MemoryCheck;
import io.engram.model.memory.MemoryEstimate;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.tensor.Dtype;
import io.engram.unlearn.eval.suites.RetrainedMemory;
import io.engram.unlearn.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Before a model is opened, prints how much memory a command will need, and refuses if that is not
 * available.
 */
public final class OpeningMemory {
  private static final int FEW_TOKENS = 512;

  private OpeningMemory() {}

  /** What the model is opened for. */
  public enum Use {
    /** Passes over the unchanged model. */
    SCORING,
    /** MRD by noise on the weights. */
    MRD
  }

  static void check(Recipe recipe, ModelOptions options, CommonOptions common, Use use) {
    if (!options.device().isCpu()) {
      return;
    }
    ModelSize size = LanguageModel.size(recipe.model().path(), options);
    RetrainedMemory retrained = RetrainedMemory.of(recipe.eval(), options);
    MemoryCheck check =
        new MemoryCheck(need(size, options.batchTokens(), use, retrained), AvailableMemory.here());
    common.console().message(check.text());
    check.require(
        common.ignoreMemory(), alternatives(size, options, use, retrained), "--ignore-memory");
  }

  private static List<MemoryCheck.Alternative> alternatives(
      ModelSize size, ModelOptions options, Use use, @Nullable RetrainedMemory retrained) {
    List<MemoryCheck.Alternative> all = new ArrayList<>();
    if (options.batchTokens() > FEW_TOKENS) {
      all.add(
          new MemoryCheck.Alternative(
              "--batch-tokens " + FEW_TOKENS, need(size, FEW_TOKENS, use, retrained)));
    }
    if (size.dtype() == Dtype.FLOAT32) {
      all.add(
          new MemoryCheck.Alternative(
              "--dtype bfloat16",
              need(size.in(Dtype.BFLOAT16), options.batchTokens(), use, retrained)));
    }
    return all;
  }

  private static MemoryNeed need(
      ModelSize size, int tokens, Use use, @Nullable RetrainedMemory retrained) {
    MemoryEstimate estimate = new MemoryEstimate(size);
    MemoryNeed alone =
        use == Use.MRD ? estimate.perturbed(tokens, tokens) : estimate.scoring(tokens);
    return retrained == null ? alone : retrained.beside(alone, size.dtype(), tokens);
  }
}
