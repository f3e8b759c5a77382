package io.engram.cli.option;

import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.memory.AvailableMemory;
import io.engram.model.memory.MemoryCheck;
import io.engram.model.memory.MemoryEstimate;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.memory.ModelSize;
import io.engram.model.tensor.Dtype;
import java.util.ArrayList;
import java.util.List;

/**
 * Says before a model is opened how much memory a command will need, and refuses if it isn't there.
 */
public final class OpeningMemory {
  private static final int FEW_TOKENS = 512;

  private OpeningMemory() {}

  /** What the model is opened for. */
  public enum Use {
    /** Passes over the model as it is. */
    SCORING,
    /** MRD by noise on the weights. */
    MRD
  }

  static void check(String model, ModelOptions options, CommonOptions common, Use use) {
    if (!options.device().isCpu()) {
      return;
    }
    ModelSize size = LanguageModel.size(model, options);
    MemoryCheck check =
        new MemoryCheck(need(size, options.batchTokens(), use), AvailableMemory.here());
    common.console().message(check.text());
    check.require(common.ignoreMemory(), alternatives(size, options, use), "--ignore-memory");
  }

  private static List<MemoryCheck.Alternative> alternatives(
      ModelSize size, ModelOptions options, Use use) {
    List<MemoryCheck.Alternative> all = new ArrayList<>();
    if (options.batchTokens() > FEW_TOKENS) {
      all.add(
          new MemoryCheck.Alternative("--batch-tokens " + FEW_TOKENS, need(size, FEW_TOKENS, use)));
    }
    if (size.dtype() == Dtype.FLOAT32) {
      all.add(
          new MemoryCheck.Alternative(
              "--dtype bfloat16", need(size.in(Dtype.BFLOAT16), options.batchTokens(), use)));
    }
    return all;
  }

  private static MemoryNeed need(ModelSize size, int tokens, Use use) {
    MemoryEstimate estimate = new MemoryEstimate(size);
    return use == Use.MRD ? estimate.perturbed(tokens, tokens) : estimate.scoring(tokens);
  }
}
