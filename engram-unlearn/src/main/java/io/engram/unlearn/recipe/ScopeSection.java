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
  /** The scopes by their names in a recipe. */
  Choices<ScopeSection> ALL =
      new Choices<>(
          ScopeSection.class, "train", "Which weights change.", List.of(All.class, Lora.class));

  /** The decoder layers to train, counted from 0; empty: all. */
  @Setting(
      value = "[]",
      range = ">= 0",
      reason = "Trains only these decoder layers, counted from 0. Empty: all.")
  List<Integer> layers();

  /** The same scope in the form that a model's trainer takes. */
  TrainingScope training();

  /** Whether a run saves the whole model, in addition to an adapter if there is one. */
  default boolean leavesModel() {
    return true;
  }

  /** LoRA in the same layers: this scope if it is LoRA, otherwise LoRA with default settings. */
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
   * LoRA: low-rank matrices added to the target projections.
   *
   * @param alpha LoRA's product is scaled by alpha/rank
   * @param dropout dropout probability of LoRA's inputs, in [0, 1)
   * @param targets the projections that LoRA is added to
   * @param merge whether a run saves the whole model in addition to the adapter
   */
  @Choice(value = "lora", summary = "low-rank additions, far less memory")
  record Lora(
      @Setting(
              value = "8",
              range = ">= 1",
              reason =
                  "Rank of the LoRA matrices. A higher rank can change the model more and needs "
                      + "more memory.")
          int rank,
      @Setting(
              value = "16",
              range = "> 0",
              reason =
                  "Scales the LoRA product by alpha / rank. Higher changes the model more per "
                      + "update.")
          double alpha,
      @Setting(
              value = "0",
              range = "[0, 1)",
              reason =
                  "Fraction of the LoRA inputs set to 0 at random in training, against "
                      + "overfitting.")
          double dropout,
      @Setting(
              value = "[q_proj, v_proj]",
              reason =
                  "The projections that LoRA is added to, by the names of the model's weights. "
                      + "all-linear: all of them.")
          List<String> targets,
      List<Integer> layers,
      @Setting(
              value = "true",
              reason =
                  "What a LoRA run saves. true: model/, the whole model with the adapter merged "
                      + "in, and adapter/, in PEFT's format. false: only adapter/, about a "
                      + "thousandth of the size; engram convert can merge it later.")
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
