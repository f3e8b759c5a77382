package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.ModelSize;
import io.engram.model.memory.AvailableMemory;
import io.engram.model.memory.MemoryCheck;
import io.engram.model.memory.MemoryEstimate;
import io.engram.model.memory.MemoryEstimate.Reference;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.tensor.Dtype;
import io.engram.model.train.TrainingScope;
import io.engram.unlearn.eval.suites.RetrainedMemory;
import io.engram.unlearn.method.RetainLoss;
import io.engram.unlearn.recipe.BudgetSection;
import io.engram.unlearn.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The memory of a run: what it will take, whether that's there, and whether layers must be computed
 * again in training for it to be enough.
 *
 * @param available bytes before the model was opened; empty: unknown, or not the processor's
 */
public record RunMemory(Recipe recipe, Setup setup, ModelSize size, OptionalLong available) {
  private static final int FEW_TOKENS = 512;

  /** Of what is estimated, room is left for what isn't. */
  private static final double USABLE = 0.9;

  /** For a recipe whose model isn't open yet. */
  public static RunMemory of(Recipe recipe, Setup setup) {
    return new RunMemory(
        recipe,
        setup,
        LanguageModel.size(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed())),
        setup.device().isCpu() ? AvailableMemory.here() : OptionalLong.empty());
  }

  /** What is needed and what there is, in words; empty where it isn't the processor's memory. */
  public String text() {
    return setup.device().isCpu() ? check().text() : "";
  }

  /**
   * Checks that the run fits.
   *
   * @throws EngramException of kind RESOURCES if it doesn't, with what would take less
   */
  public void require() {
    check().require(setup.ignoreMemory(), alternatives(), "--ignore-memory");
  }

  /** Whether so many runs like this one have room beside one another. */
  public boolean fits(int runs) {
    return available.isEmpty() || need().total() * runs <= available.getAsLong() * USABLE;
  }

  /** Whether training has to compute layers again: with all activations kept it wouldn't fit. */
  boolean mustCheckpoint(RunData data) {
    if (available.isEmpty()) {
      return false;
    }
    int longest = data.longestUpdate(setup.batchTokens(), perUpdate());
    MemoryNeed kept = training(scope(), size, longest, false);
    return kept.total() > available.getAsLong() * USABLE;
  }

  private TrainingScope scope() {
    return recipe.scope().training();
  }

  private MemoryCheck check() {
    return new MemoryCheck(need(), available);
  }

  MemoryNeed need() {
    return need(scope(), size, setup.batchTokens());
  }

  private List<MemoryCheck.Alternative> alternatives() {
    List<MemoryCheck.Alternative> all = new ArrayList<>();
    int tokens = setup.batchTokens();
    if (tokens > FEW_TOKENS) {
      all.add(
          new MemoryCheck.Alternative(
              "--batch-tokens " + FEW_TOKENS, need(scope(), size, FEW_TOKENS)));
    }
    TrainingScope lora = recipe.scope().lora().training();
    all.add(new MemoryCheck.Alternative("scope.train=lora", need(lora, size, tokens)));
    if (size.dtype() == Dtype.FLOAT32) {
      String setting =
          scope().lora() != null ? "model.dtype=bfloat16" : "scope.train=lora model.dtype=bfloat16";
      all.add(new MemoryCheck.Alternative(setting, need(lora, size.in(Dtype.BFLOAT16), tokens)));
    }
    return all;
  }

  /** The most of what the run's stages need, one after the other. */
  private MemoryNeed need(TrainingScope scope, ModelSize model, int tokens) {
    MemoryNeed most = training(scope, model, tokens, true);
    if (recipe.order().estimator() != null) {
      most = most.or(new MemoryEstimate(model).perturbed(tokens, tokens));
    }
    RetrainedMemory retrained =
        RetrainedMemory.of(recipe.eval(), setup.modelOptions(recipe.model(), recipe.seed()));
    if (retrained != null) {
      MemoryNeed evaluation =
          new MemoryEstimate(model)
              .scoringTrained(trainingOf(scope, tokens, true), recipe.eval().everyEpochs() > 0);
      most = most.or(retrained.beside(evaluation, model.dtype(), tokens));
    }
    return most;
  }

  private MemoryNeed training(
      TrainingScope scope, ModelSize model, int tokens, boolean checkpointed) {
    return new MemoryEstimate(model).training(trainingOf(scope, tokens, checkpointed));
  }

  private MemoryEstimate.Training trainingOf(
      TrainingScope scope, int tokens, boolean checkpointed) {
    return new MemoryEstimate.Training(
        scope, recipe.optimizer().settings(), tokens, checkpointed, copies(), reference());
  }

  /** Methods of two gradients set one aside, and the weights while a step is fitted. */
  private int copies() {
    return recipe.method().gradientRule() == null ? 0 : 2;
  }

  private Reference reference() {
    if (recipe.method().needsModel()) {
      return Reference.MODEL;
    }
    boolean distributions =
        recipe.method().retainLoss() == RetainLoss.KL || recipe.method().needsStates();
    return distributions ? Reference.HEAD : Reference.NUMBERS;
  }

  private int perUpdate() {
    BudgetSection budget = recipe.budget();
    return budget.batch() * budget.accumulate();
  }
}
