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
 * @param merge whether a run with LoRA leaves the whole model beside the adapter
 */
public record ScopeSection(
    Train train,
    int rank,
    double alpha,
    double dropout,
    List<String> targets,
    List<Integer> layers,
    boolean merge) {
  /** The same with the whole model left beside the adapter. */
  public ScopeSection(
      Train train,
      int rank,
      double alpha,
      double dropout,
      List<String> targets,
      List<Integer> layers) {
    this(train, rank, alpha, dropout, targets, layers, true);
  }

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
