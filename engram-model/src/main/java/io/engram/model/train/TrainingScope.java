package io.engram.model.train;

import io.engram.model.decoder.config.WeightNames;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which weights training changes.
 *
 * @param layers only these decoder layers, from 0; empty: every weight, those outside layers too
 * @param lora the adapters trained instead of the weights; null: the weights themselves
 */
public record TrainingScope(List<Integer> layers, @Nullable Lora lora) {
  /**
   * New low-rank adapters: a weight W acts as W + (alpha/rank)·B·A.
   *
   * @param rank rows of A and columns of B
   * @param alpha scales their product
   * @param dropout before A, in [0, 1)
   * @param targets the linear layers they sit on, by the last part of their names; {@code
   *     all-linear} means all of them
   */
  public record Lora(int rank, double alpha, double dropout, List<String> targets) {
    /** The target that stands for every linear layer but the LM head, as in PEFT. */
    public static final String ALL_LINEAR = "all-linear";

    /** Copies the list. */
    public Lora {
      targets = List.copyOf(targets);
    }

    /** Whether a weight of this name is a target. */
    public boolean isTarget(String weight) {
      return targets.contains(target(weight)) || targets.contains(ALL_LINEAR);
    }

    /** A weight's name as a target: the last part before ".weight". */
    static String target(String weight) {
      String module = weight.replaceFirst("\\.weight$", "");
      return module.substring(module.lastIndexOf('.') + 1);
    }
  }

  /** Copies the list. */
  public TrainingScope {
    layers = List.copyOf(layers);
  }

  /** All weights. */
  public static TrainingScope all() {
    return ofLayers(List.of());
  }

  /** The weights of these layers; all weights if there are none. */
  public static TrainingScope ofLayers(List<Integer> layers) {
    return new TrainingScope(layers, null);
  }

  /** Adapters without dropout on these targets in these layers. */
  public static TrainingScope lora(
      int rank, double alpha, List<String> targets, List<Integer> layers) {
    return new TrainingScope(layers, new Lora(rank, alpha, 0, targets));
  }

  /** The same in other layers. */
  public TrainingScope in(List<Integer> others) {
    return new TrainingScope(others, lora);
  }

  /** Whether a weight is in the layers. */
  public boolean includes(WeightNames names, String weight) {
    OptionalInt layer = names.layerOf(weight);
    return layers.isEmpty() || (layer.isPresent() && layers.contains(layer.getAsInt()));
  }
}
