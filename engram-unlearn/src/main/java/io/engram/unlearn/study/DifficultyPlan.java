package io.engram.unlearn.study;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a difficulty study does beside what its recipe says.
 *
 * @param limit samples of the forget set at most
 * @param groups how many groups of samples are unlearned instead of single samples; 0: single ones
 * @param groupSize samples a group, drawn with replacement; 40 in the paper
 * @param jointly whether all samples are unlearned in one run instead
 * @param sigmas σ at which MRD is measured
 * @param pairs antithetic pairs at each
 * @param meanNats the first criterion: a mean loss of this, nats a token
 * @param most updates, jointly epochs, after which a sample is given up
 * @param extraction whether EL is among the scores and in a criterion: it generates from every
 *     place in the answers
 * @param retrained a model trained without the forget set; null: none
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
  /** What is put behind the name of a figure: nothing, or that it's of a joint run. */
  String suffix() {
    return jointly ? ", jointly" : "";
  }

  /** The name of MRD as the paper defines it, at the middle one of the σ. */
  public String mainReading() {
    return "mrd_outside_mean@" + sigmas.get(sigmas.size() / 2);
  }
}
