package io.engram.unlearn.recipe;

import io.engram.core.settings.Choice;
import io.engram.core.settings.Choices;
import io.engram.core.settings.Faults;
import io.engram.core.settings.SelfChecking;
import io.engram.core.settings.Setting;
import io.engram.model.train.TrainingScope;
import java.util.List;

/** {@code scope}: which weights change. */
public interface ScopeSection {
  /** What can be trained, by its name in a recipe. */
  Choices<ScopeSection> ALL =
      new Choices<>(
          ScopeSection.class, "train", "Which weights change.", List.of(All.class, Lora.class));

  /** Only these decoder layers, from 0; empty: all. */
  @Setting(
      value = "[]",
      range = ">= 0",
      reason = "Only these decoder layers are trained, counted from 0. Empty: all.")
  List<Integer> layers();

  /** The same as a model takes it. */
  TrainingScope training();

  /** Whether a run leaves the whole model, beside an adapter if there is one. */
  default boolean leavesModel() {
    return true;
  }

  /** LoRA in the same layers, as it is here or by default. */
  Lora lora();

  /** Every weight. */
  @Choice(value = "all", summary = "all weights")
  record All(List<Integer> layers) implements ScopeSection {
    /** Copies the list. */
    public All {
      layers = List.copyOf(layers);
    }

    @Override
    public TrainingScope training() {
      return TrainingScope.ofLayers(layers);
    }

    @Override
    public Lora lora() {
      return new Lora(8, 16, 0, List.of("q_proj", "v_proj"), layers, true);
    }
  }

  /**
   * Low-rank additions to the targets.
   *
   * @param alpha LoRA's product is scaled by alpha/rank
   * @param dropout before LoRA, in [0, 1)
   * @param targets the projections LoRA is put on
   * @param merge whether a run leaves the whole model beside the adapter
   */
  @Choice(value = "lora", summary = "low-rank additions, far less memory")
  record Lora(
      @Setting(value = "8", range = ">= 1", reason = "Rank of lora: more can change more.")
          int rank,
      @Setting(value = "16", range = "> 0", reason = "lora's product is scaled by alpha / rank.")
          double alpha,
      @Setting(
              value = "0",
              range = "[0, 1)",
              reason = "Share of lora's inputs dropped in training.")
          double dropout,
      @Setting(
              value = "[q_proj, v_proj]",
              reason =
                  "The projections lora is put on, as the model's weights name them; all-linear: "
                      + "all of them.")
          List<String> targets,
      List<Integer> layers,
      @Setting(
              value = "true",
              reason =
                  "What a run with lora leaves. true: model/, the whole model with the adapter"
                      + " merged in, and adapter/, as PEFT reads it. false: adapter/ alone, a"
                      + " thousandth of the size; engram convert merges it later.")
          boolean merge)
      implements ScopeSection, SelfChecking {
    /** Copies the lists. */
    public Lora {
      targets = List.copyOf(targets);
      layers = List.copyOf(layers);
    }

    @Override
    public TrainingScope training() {
      return new TrainingScope(layers, new TrainingScope.Lora(rank, alpha, dropout, targets));
    }

    @Override
    public boolean leavesModel() {
      return merge;
    }

    @Override
    public Lora lora() {
      return this;
    }

    @Override
    public void check(String section, Faults faults) {
      faults.require(
          !targets.isEmpty(),
          section + ".targets",
          " = []: %s.train = lora needs at least one projection".formatted(section));
    }
  }
}
