package io.engram.unlearn.eval.tofu;

import io.engram.core.metric.PrivLeak;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.MembershipInference;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Retrained;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
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
   * <p>Its error is that of {@code a·AUC + b·AUC_ref}, a and b the slopes of PrivLeak, over the
   * rows of both sets by DeLong's method, since the two areas come from the same rows and vary
   * together. A row whose score is NaN under either model is left out.
   *
   * @param chance compare with ½ if no such model is named
   * @return in percent; NaN if there is nothing to compare with
   */
  static MeanWithError privLeak(
      List<BenchmarkRow> allForget, List<BenchmarkRow> allOthers, boolean chance) {
    boolean retrained = allForget.stream().allMatch(row -> row.retrained() != null);
    List<BenchmarkRow> forget = unbroken(allForget);
    List<BenchmarkRow> others = unbroken(allOthers);
    double auc = auc(Attacks::minK, forget, others).mean();
    double ofReference = retrained ? auc(Attacks::minKOfRetrained, forget, others).mean() : 0.5;
    double[][] tested = placements(Attacks::minK, forget, others);
    double[][] reference =
        retrained
            ? placements(Attacks::minKOfRetrained, forget, others)
            : new double[][] {halves(others.size()), halves(forget.size())};
    double a = -100 / (1 - ofReference);
    double b = 100 * (1 - auc) / Math.pow(1 - ofReference, 2);
    double error = 0;
    for (int set = 0; set < 2; set++) {
      double[] first = tested[set];
      double[] second = reference[set];
      double[] parts =
          IntStream.range(0, first.length).mapToDouble(i -> a * first[i] + b * second[i]).toArray();
      error = Math.hypot(error, MeanWithError.of(parts).standardError());
    }
    double value = retrained || chance ? PrivLeak.of(auc, ofReference) : Double.NaN;
    return new MeanWithError(value, error, forget.size() + others.size());
  }

  /** The rows that PrivLeak uses. */
  private static List<BenchmarkRow> unbroken(List<BenchmarkRow> rows) {
    return rows.stream()
        .filter(row -> !isBroken(Attacks::minK, row) && !isBroken(Attacks::minKOfRetrained, row))
        .toList();
  }

  /** Each row's part of the AUC: first the other set's, then the forget set's. */
  private static double[][] placements(
      Score score, List<BenchmarkRow> forget, List<BenchmarkRow> others) {
    double[] familiar = scores(score, forget);
    double[] strange = scores(score, others);
    double[] above = MembershipInference.sharesBelow(familiar, strange);
    return new double[][] {
      MembershipInference.sharesBelow(strange, familiar),
      Arrays.stream(above).map(share -> 1 - share).toArray()
    };
  }

  private static double[] halves(int length) {
    double[] halves = new double[length];
    Arrays.fill(halves, 0.5);
    return halves;
  }
}
