package io.engram.unlearn.order;

import io.engram.core.EngramException;
import io.engram.core.run.MrdRow;
import io.engram.core.settings.Choice;
import io.engram.core.settings.Setting;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.DrawnScore;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.ranking.NaturalRanking;

/**
 * Weights sample i by its share of MRD, {@code p_i = MRD_i / Σ_j MRD_j}: easy samples count more.
 * An epoch makes as many draws as there are samples.
 *
 * <p>Any {@link DifficultyScore} can replace MRD through its {@link DifficultyScore#ease}.
 * Predicted updates N enter as 1/N, which is what MRD stands for in Def. 3.4.
 *
 * <p><b>Source:</b> Alg. 2. Its formula is missing in the paper and is taken from Def. 3.4, by
 * which the updates that a sample needs are proportional to 1/MRD. Other weights are offered for
 * that reason. <b>Differs:</b> by default a sample is drawn ⌊n_i⌋ or ⌈n_i⌉ times an epoch, not with
 * replacement; {@code order.replacement: true} is Algorithm 2 to the letter.
 *
 * @param refreshEpochs m: MRD is measured again every m epochs; 0: only once, at the start
 * @param weight how MRD becomes the probability of being drawn
 * @param estimator how MRD is estimated
 */
@Choice(value = "mrd", summary = "by Memory Removal Difficulty (Algorithm 2)")
public record MrdOrder(
    @Setting(
            value = "0",
            range = ">= 0",
            unit = "epochs",
            reason =
                "m: measures MRD again every m epochs, since the model changes, as in Algorithm 2. "
                    + "0: only once, at the start.")
        int refreshEpochs,
    @Setting(
            value = "mrd",
            reason =
                "How MRD becomes the probability of being drawn. mrd: p_i = MRD_i / Σ MRD, easy "
                    + "samples more often, as in Definition 3.4; inverse: hard samples more "
                    + "often; rank: by rank only, easy samples more often.")
        Weight weight,
    boolean replacement,
    Apply apply,
    boolean shuffle,
    Pair pair,
    DifficultyScore estimator)
    implements SampleOrder {
  /** How MRD becomes the probability of being drawn. */
  public enum Weight {
    /** p_i = MRD_i / Σ_j MRD_j: easy samples more often. */
    MRD,
    /** p_i ∝ 1/MRD_i: hard samples more often. */
    INVERSE,
    /** p_i ∝ rank of MRD_i. */
    RANK
  }

  @Override
  public double[] weights(Standing now) {
    return probabilities(now.rows());
  }

  /**
   * {@code p_i = w_i / Σ_j w_j} where w_i follows from e_i, how easy sample i is by the order's
   * score: MRD itself, or the {@link DifficultyScore#ease} of the score that replaces it.
   *
   * <p>w: {@code mrd} e_i; {@code inverse} 1/e_i; {@code rank} the rank of e_i, 1 for the smallest;
   * ties share their mean rank.
   *
   * @return {@code [N]}, summing to 1
   * @throws EngramException if an ease is NaN, infinite or negative, if all are 0, or if one is 0
   *     and {@code inverse} would divide by it
   */
  public double[] probabilities(List<MrdRow> rows) {
    double[] ease = rows.stream().mapToDouble(row -> estimator.ease(row.value())).toArray();
    for (int i = 0; i < ease.length; i++) {
      if (!(ease[i] >= 0) || Double.isInfinite(ease[i])) {
        throw EngramException.usage(
            "Sample %s has %s %s, which gives no probability of being drawn.%s"
                .formatted(rows.get(i).id(), estimator.title(), rows.get(i).value(), advice()));
      }
      if (weight == Weight.INVERSE && Double.isInfinite(1 / ease[i])) {
        throw EngramException.usage(
            "Sample %s has %s %s: order.weight = inverse would divide by it. Use mrd or rank."
                .formatted(rows.get(i).id(), estimator.title(), rows.get(i).value()));
      }
    }
    if (Arrays.stream(ease).allMatch(value -> value == 0)) {
      throw EngramException.usage(
          "The %s of all %d samples is 0, so none can be preferred. Use order.name = uniform, or a larger order.estimator.sigma."
              .formatted(estimator.title(), rows.size()));
    }
    return shares(ease);
  }

  private String advice() {
    return estimator instanceof DrawnScore
        ? "%nA smaller order.estimator.sigma may help.".formatted()
        : "";
  }

  private double[] shares(double[] ease) {
    double[] weights =
        switch (weight) {
          case MRD -> ease;
          case INVERSE -> Arrays.stream(ease).map(value -> 1 / value).toArray();
          case RANK -> new NaturalRanking().rank(ease);
        };
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }
}
