package io.engram.unlearn.eval.tofu;

import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.MembershipInference;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Retrained;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Attacks that try to find out whether the model was trained on a text. Each gives a score that is
 * high if the text is strange to the model. The measure is the AUC, the probability that a row of
 * the other set is stranger than one of the forget set: 1 if all of the forget set is more
 * familiar, ½ if nothing separates the sets, 0 if all of it is stranger.
 *
 * <p><b>Differs:</b> open-unlearning's other set is TOFU's holdout, which no model has seen;
 * without it, the retain set takes its place, which every model has seen. The orientation is
 * open-unlearning's, the opposite of the paper's MIA.
 */
final class Attacks {
  /** A row's score, high if it is strange; null if it has none. */
  interface Score extends Function<BenchmarkRow, @Nullable Double> {}

  private Attacks() {}

  /** All attacks, by their names in metric ids. */
  static Map<String, Score> all() {
    Map<String, Score> attacks = new LinkedHashMap<>();
    attacks.put("loss", row -> row.recall().loss());
    attacks.put("zlib", row -> row.recall().zlib());
    attacks.put("min_k", Attacks::minK);
    attacks.put("min_k_plus_plus", row -> row.recall().minKPlusPlus());
    attacks.put("grad_norm", row -> row.recall().gradientNorm());
    attacks.put("reference", Attacks::againstReference);
    return attacks;
  }

  /** How much stranger a text is than it is to the model that never saw the forget set. */
  private static @Nullable Double againstReference(BenchmarkRow row) {
    Retrained retrained = row.retrained();
    return retrained == null ? null : (@Nullable Double) (row.recall().loss() - retrained.loss());
  }

  private static @Nullable Double minK(BenchmarkRow row) {
    return row.recall().minK();
  }

  private static @Nullable Double minKOfRetrained(BenchmarkRow row) {
    Retrained retrained = row.retrained();
    return retrained == null ? null : (@Nullable Double) retrained.minK();
  }

  /**
   * AUC of an attack over the rows whose score isn't NaN; an infinite score is the strangest.
   *
   * @return NaN if a set has no such row
   */
  static MeanWithError auc(Score attack, List<BenchmarkRow> forget, List<BenchmarkRow> others) {
    return MembershipInference.auc(scores(attack, others), scores(attack, forget));
  }

  /** Whether a row's score is NaN, which has no rank. */
  static boolean isBroken(Score attack, BenchmarkRow row) {
    Double score = attack.apply(row);
    return score != null && score.isNaN();
  }

  private static double[] scores(Score attack, List<BenchmarkRow> rows) {
    return rows.stream()
        .map(attack)
        .filter(Objects::nonNull)
        .mapToDouble(Objects::requireNonNull)
        .filter(score -> !Double.isNaN(score))
        .toArray();
  }

  /**
   * PrivLeak by Min-K %, against the same attack on the model that never saw the forget set, or
   * against chance.
   *
   * <p>A row whose score is NaN under either model is left out.
   *
   * @param chance compare with ½ if no such model is named
   * @return in percent; NaN if there is nothing to compare with
   */
  static MeanWithError privLeak(
      List<BenchmarkRow> allForget, List<BenchmarkRow> allOthers, boolean chance) {
    boolean retrained = allForget.stream().allMatch(row -> row.retrained() != null);
    List<BenchmarkRow> forget = unbroken(allForget);
    List<BenchmarkRow> others = unbroken(allOthers);
    if (!retrained && !chance) {
      return new MeanWithError(Double.NaN, Double.NaN, forget.size() + others.size());
    }
    return MembershipInference.privLeak(
        scores(Attacks::minK, forget),
        scores(Attacks::minK, others),
        retrained ? scores(Attacks::minKOfRetrained, forget) : null,
        retrained ? scores(Attacks::minKOfRetrained, others) : null);
  }

  /** The rows that PrivLeak uses. */
  private static List<BenchmarkRow> unbroken(List<BenchmarkRow> rows) {
    return rows.stream()
        .filter(row -> !isBroken(Attacks::minK, row) && !isBroken(Attacks::minKOfRetrained, row))
        .toList();
  }
}
