package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.ModelSize;
import io.engram.model.group.WorkerGroup;
import io.engram.model.memory.AvailableMemory;
import io.engram.model.memory.MemoryCheck;
import io.engram.model.memory.MemoryEstimate;
import io.engram.model.memory.MemoryEstimate.Reference;
import io.engram.model.memory.MemoryNeed;
import io.engram.model.tensor.Dtype;
import io.engram.model.train.TrainingScope;
import io.engram.model.train.WeightSnapshot;
import io.engram.unlearn.eval.suites.RetrainedMemory;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import io.engram.unlearn.recipe.BudgetSection;
import io.engram.unlearn.recipe.Recipe;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Estimates a run's memory: how much it needs, whether the machine has that much, and whether
 * training must recompute layers in the backward pass to fit.
 *
 * @param available bytes free before the model was opened; empty if unknown, or if the model runs
 *     on another device than the CPU
 */
public record RunMemory(Recipe recipe, Setup setup, ModelSize size, OptionalLong available) {
  private static final int FEW_TOKENS = 512;

  /**
   * Share of the free memory that an estimate may fill; the rest is left for what it does not
   * cover.
   */
  private static final double USABLE = 0.9;

  /** Estimates the run of a recipe whose model is not open yet. */
  public static RunMemory of(Recipe recipe, Setup setup) {
    return new RunMemory(
        recipe,
        setup,
        LanguageModel.size(recipe.model().path(), setup.modelOptions(recipe)),
        setup.device().isCpu() ? AvailableMemory.here() : OptionalLong.empty());
  }

  /** The same of a recipe whose model is open: what it holds counts as free. */
  static RunMemory ofOpen(Recipe recipe, Setup setup) {
    RunMemory now = of(recipe, setup);
    return new RunMemory(recipe, setup, now.size, beforeOpening(now.available, now.size));
  }

  /** What was free before a model was opened, by what is free now. */
  static OptionalLong beforeOpening(OptionalLong now, ModelSize size) {
    return now.isEmpty()
        ? now
        : OptionalLong.of(now.getAsLong() + new MemoryEstimate(size).opened());
  }

  /** Memory needed and memory available, as text; empty if the model does not run on the CPU. */
  public String text() {
    return setup.device().isCpu() ? check().text() : "";
  }

  /**
   * Checks that the run fits.
   *
   * @throws EngramException of kind RESOURCES if it doesn't fit; the message suggests settings that
   *     need less
   */
  public void require() {
    check().require(setup.ignoreMemory(), alternatives(false), "--ignore-memory");
  }

  /**
   * Checks that a rehearsal of the run fits, which holds a copy of the weights to set back.
   *
   * @throws EngramException as {@link #require}
   */
  public void requireRehearsal() {
    new MemoryCheck(need(scope(), size, setup.batchTokens(), true), available)
        .require(setup.ignoreMemory(), alternatives(true), "--ignore-memory");
  }

  /** What so many runs like this one need at the same time, in bytes. */
  public long bytes(int runs) {
    return need().total() * runs;
  }

  /** Whether the optimizer keeps anything between updates. */
  boolean hasState() {
    return need().own().getOrDefault("optimizer", 0L) > 0;
  }

  /** Whether the workers of a group that are on this machine fit. */
  boolean fits(WorkerGroup group) {
    return available.isEmpty() || bytes(group) <= available.getAsLong() * USABLE;
  }

  /** What the workers of a group that are on this machine need, in bytes. */
  long bytes(WorkerGroup group) {
    return bytes(need(), group.size(), group.together(), group.sharesState());
  }

  /**
   * The same: each holds a copy of the run; of the optimizer's state, where they share it, a part.
   *
   * @param workers of the group, on all machines
   * @param together those on this machine
   */
  static long bytes(MemoryNeed one, int workers, int together, boolean sharesState) {
    long state = one.own().getOrDefault("optimizer", 0L);
    long others = (one.total() - state) * together;
    return others + (sharesState ? state * together / workers : state * together);
  }

  /** Whether there is room for this many bytes beside the run and its other workers. */
  boolean leaves(long bytes) {
    long all = bytes(setup.group());
    return available.isEmpty() || all + bytes <= available.getAsLong() * USABLE;
  }

  /** Whether this many runs like this one fit in memory at the same time. */
  public boolean fits(int runs) {
    return available.isEmpty() || bytes(runs) <= available.getAsLong() * USABLE;
  }

  /**
   * Whether training must recompute layers in the backward pass because keeping all activations
   * would not fit.
   *
   * @param group the workers that make the updates together: each holds a copy of the run, and
   *     computes a share of an update
   */
  boolean mustCheckpoint(RunData data, WorkerGroup group) {
    int longest = data.longestUpdate(setup.batchTokens(), perUpdate(), group.size());
    return mustCheckpoint(longest, group.size(), group.together(), group.sharesState());
  }

  /**
   * The same.
   *
   * @param longest tokens of a worker's longest pass
   * @param workers of the group
   * @param together those that share the memory
   */
  boolean mustCheckpoint(int longest, int workers, int together, boolean sharesState) {
    return available.isPresent()
        && bytes(training(scope(), size, longest, false), workers, together, sharesState)
            > available.getAsLong() * USABLE;
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

  private List<MemoryCheck.Alternative> alternatives(boolean rehearses) {
    List<MemoryCheck.Alternative> all = new ArrayList<>();
    int tokens = setup.batchTokens();
    if (tokens > FEW_TOKENS) {
      all.add(
          new MemoryCheck.Alternative(
              "--batch-tokens " + FEW_TOKENS, need(scope(), size, FEW_TOKENS, rehearses)));
    }
    TrainingScope lora = recipe.scope().lora().training();
    all.add(new MemoryCheck.Alternative("scope.train=lora", need(lora, size, tokens, rehearses)));
    if (size.dtype() == Dtype.FLOAT32) {
      String setting =
          scope().lora() != null ? "model.dtype=bfloat16" : "scope.train=lora model.dtype=bfloat16";
      all.add(
          new MemoryCheck.Alternative(
              setting, need(lora, size.in(Dtype.BFLOAT16), tokens, rehearses)));
    }
    return all;
  }

  private MemoryNeed need(TrainingScope scope, ModelSize model, int tokens, boolean rehearses) {
    MemoryNeed run = need(scope, model, tokens);
    return rehearses && WeightSnapshot.copiesWeights(scope)
        ? run.holding("copy of the weights", model.parameters() * model.dtype().sizeBytes())
        : run;
  }

  /** The largest need among the run's stages, which run one after the other. */
  private MemoryNeed need(TrainingScope scope, ModelSize model, int tokens) {
    MemoryNeed most = training(scope, model, tokens, true);
    if (recipe.order().estimator() != null) {
      most = most.or(new MemoryEstimate(model).perturbed(tokens, tokens));
    }
    RetrainedMemory retrained = RetrainedMemory.of(recipe.eval(), setup.modelOptions(recipe));
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

  /**
   * Copies of the gradient that the method keeps: methods with two gradients set one aside, and
   * also the weights while a step is fitted; SAM keeps the weights while it takes its gradient.
   */
  private int copies() {
    int sam = recipe.optimizer().samRho() > 0 ? 1 : 0;
    return recipe.method().gradientRule() == null ? sam : 2;
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
