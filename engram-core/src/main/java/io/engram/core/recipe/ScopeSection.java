package io.engram.core.recipe;

import java.util.List;

/**
 * {@code scope}: which weights change.
 *
 * @param train all weights or LoRA's
 * @param rank of LoRA
 * @param alpha LoRA's product is scaled by alpha/rank
 * @param dropout before LoRA, in [0, 1)
 * @param targets the projections LoRA is put on
 * @param layers only these decoder layers, from 0; empty: all
 */
public record ScopeSection(
    Train train,
    int rank,
    double alpha,
    double dropout,
    List<String> targets,
    List<Integer> layers) {
  /** All weights or LoRA's. */
  public enum Train {
    /** Every weight. */
    ALL,
    /** Low-rank additions to the targets. */
    LORA
  }

  /** Copies the lists. */
  public ScopeSection {
    targets = List.copyOf(targets);
    layers = List.copyOf(layers);
  }
}
