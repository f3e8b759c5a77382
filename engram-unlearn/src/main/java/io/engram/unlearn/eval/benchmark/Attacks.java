package io.engram.unlearn.eval.benchmark;

import io.engram.core.metric.PrivLeak;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.MembershipInference;
import io.engram.unlearn.eval.benchmark.BenchmarkRow.Retrained;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Attacks that ask of a text whether the model was trained on it. Each gives a score that is high
 * where the text is strange to the model; its measure is the AUC, the probability that a row of the
 * other set is stranger than one of the forget set: 1 where all of the forget set is more familiar,
 * ½ where nothing tells them apart, 0 where all of it is stranger.
 *
 * <p><b>Differs:</b> open-unlearning's other set is TOFU's holdout, which no model has seen; where
 * it isn't at hand the retain set takes its place, which every model has seen. The orientation is
 * open-unlearning's, the opposite of the paper's MIA.
 */
final class Attacks {
  /** A row's score, high where it's strange; null where it has none. */
  interface Score extends Function<BenchmarkRow, @Nullable Double> {}

  private Attacks() {}

  /** All, by their names in metric ids. */
  static Map<String, Score> all() {
    Map<String, Score> attacks = new LinkedHashMap<>();
    attacks.put("loss", row -> row.recall().loss());
    attacks.put("zlib", row -> row.recall().zlib());
    attacks.put("min_k", row -> row.recall().minK());
    attacks.put("min_k_plus_plus", row -> row.recall().minKPlusPlus());
    attacks.put("grad_norm", row -> row.recall().gradientNorm());
    attacks.put("reference", Attacks::againstReference);
    return attacks;
  }

  /** How much stranger a text is than to the model that never saw the forget set. */
  private static @Nullable Double againstReference(BenchmarkRow row) {
    Retrained retrained = row.retrained();
    return retrained == null ? null : (@Nullable Double) (row.recall().loss() - retrained.loss());
  }

  /**
   * AUC of an attack over the rows that have a score.
   *
   * @return NaN where a set has none, or where a score is NaN
   */
  static MeanWithError auc(Score attack, List<BenchmarkRow> forget, List<BenchmarkRow> others) {
    double[] familiar = scores(attack, forget);
    double[] strange = scores(attack, others);
    boolean broken =
        DoubleStream.concat(Arrays.stream(familiar), Arrays.stream(strange))
            .anyMatch(Double::isNaN);
    return broken
        ? new MeanWithError(Double.NaN, Double.NaN, familiar.length + strange.length)
        : MembershipInference.auc(strange, familiar);
  }

  private static double[] scores(Score attack, List<BenchmarkRow> rows) {
    return rows.stream()
        .map(attack)
        .filter(Objects::nonNull)
        .mapToDouble(Objects::requireNonNull)
        .toArray();
  }

  /**
   * PrivLeak by Min-K %, against the same attack on the model that never saw the forget set, or
   * against chance.
   *
   * <p>Its error is that of {@code a·AUC + b·AUC_ref}, a and b the slopes of PrivLeak, over the
   * rows of both sets as DeLong has it: the two areas are of the same rows and vary together.
   *
   * @param chance compare with ½ where no such model is named
   * @return in percent; NaN where there is nothing to compare with
   */
  static MeanWithError privLeak(
      List<BenchmarkRow> forget, List<BenchmarkRow> others, boolean chance) {
    Score minK = row -> row.recall().minK();
    Score minKOfRetrained = row -> row.retrained() == null ? null : row.retrained().minK();
    double auc = auc(minK, forget, others).mean();
    boolean retrained = scores(minKOfRetrained, forget).length == forget.size();
    double ofReference = retrained ? auc(minKOfRetrained, forget, others).mean() : 0.5;
    double[][] tested = placements(minK, forget, others);
    double[][] reference =
        retrained
            ? placements(minKOfRetrained, forget, others)
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

  /** Each row's part in the AUC: of the others first, then of the forget set. */
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
