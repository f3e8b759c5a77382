package io.engram.unlearn.study;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a difficulty study does, in addition to its recipe.
 *
 * @param limit maximum number of samples of the forget set
 * @param groups number of groups to unlearn instead of single samples; 0: single samples
 * @param groupSize samples per group, drawn with replacement; 40 in the paper
 * @param jointly whether to unlearn all samples in one run instead
 * @param sigmas σ at which MRD is measured
 * @param pairs antithetic pairs at each
 * @param meanNats the first criterion: a mean loss of this many nats per token
 * @param most updates (epochs if jointly) after which to give up on a sample
 * @param extraction whether to use EL as a score and in a criterion; it generates from every
 *     position in the answers
 * @param retrained a model trained without the forget set; null if there is none
 */
public record DifficultyPlan(
    int limit,
    int groups,
    int groupSize,
    boolean jointly,
    List<Double> sigmas,
    int pairs,
    double meanNats,
    int most,
    boolean extraction,
    @Nullable String retrained) {
  /** Text after the name of a figure: empty, or a note that it shows a joint run. */
  String suffix() {
    return jointly ? ", jointly" : "";
  }

  /** The name of MRD as the paper defines it, at the middle σ. */
  public String mainReading() {
    return "mrd_outside_mean@" + sigmas.get(sigmas.size() / 2);
  }
}
