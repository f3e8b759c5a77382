package io.engram.unlearn.eval.tofu;

import io.engram.core.metric.AnswerProbability;
import io.engram.core.metric.ExtractionStrength;
import io.engram.core.metric.MemorizationAccuracy;
import io.engram.core.metric.MinK;
import io.engram.core.metric.Rouge1;
import io.engram.core.metric.RougeL;
import io.engram.core.metric.TruthRatio;
import io.engram.core.metric.ZLib;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.model.score.DistributionScorer.TokenDistributions;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Recall;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Retrained;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Rouge;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Truth;
import io.engram.unlearn.eval.tofu.ScoredPairs.ScoredPair;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * From scores and answers to a set's rows.
 *
 * @param pairs all pairs of the sets
 * @param outputs what the model answered, by question
 * @param clean of which outputs how probable it is that they are text; empty: nobody asked
 * @param retrained the pairs under the model that never saw the forget set; null: there is none
 */
record BenchmarkRows(
    ScoredPairs pairs,
    Map<String, String> outputs,
    Map<String, Double> clean,
    @Nullable ScoredPairs retrained) {
  /** The share of tokens that Min-K % looks at, as in open-unlearning. */
  static final double MIN_K_SHARE = 0.4;

  /**
   * The rows of a set.
   *
   * @param gradientNorms of the first so many rows
   */
  List<BenchmarkRow> of(TofuSet set, double[] gradientNorms) {
    return IntStream.range(0, set.rows().size())
        .mapToObj(
            i -> row(set, set.rows().get(i), i < gradientNorms.length ? gradientNorms[i] : null))
        .toList();
  }

  private BenchmarkRow row(TofuSet set, TofuRow row, @Nullable Double gradientNorm) {
    boolean asked = set.kind() != TofuSet.Kind.HOLDOUT;
    String output = asked ? outputs.getOrDefault(row.question(), "") : null;
    return new BenchmarkRow(
        row.id(),
        set.name(),
        row.question(),
        row.answer(),
        output,
        set.hasSentences() && output != null ? clean.get(output) : null,
        output == null ? null : rouge(output, row.answer()),
        asked ? truth(pairs, set, row) : null,
        recall(pairs.of(TofuSet.answer(row)), gradientNorm),
        retrained != null && set.isAttacked() ? retrained(retrained, set, row) : null);
  }

  private static Rouge rouge(String output, String answer) {
    return new Rouge(
        Rouge1.recall(output, answer, true), RougeL.score(output, answer, true).recall());
  }

  private static Truth truth(ScoredPairs pairs, TofuSet set, TofuRow row) {
    double right = pairs.meanLog(set.right(row, row.question()));
    double[] wrong = pairs.meanLogs(TofuSet.wrong(row, row.question()));
    return new Truth(
        TruthRatio.geometric(right, wrong),
        TruthRatio.arithmetic(right, wrong),
        AnswerProbability.amongOptions(right, wrong),
        Math.exp(right));
  }

  static Recall recall(ScoredPair pair, @Nullable Double gradientNorm) {
    double[] logProbs = pair.scores().logProbs();
    int n = logProbs.length - 1;
    boolean[] hits = Arrays.copyOf(pair.scores().isArgmax(), n);
    double loss = -AnswerProbability.meanLog(logProbs);
    return new Recall(
        logProbs.length,
        loss,
        Math.exp(-loss),
        ExtractionStrength.of(hits),
        n == 0 ? null : (@Nullable Double) MemorizationAccuracy.of(hits),
        ZLib.score(loss, pair.text()),
        minK(logProbs),
        minKPlusPlus(pair.expected(), n),
        gradientNorm);
  }

  /** Without the end token. */
  private static double minK(double[] logProbs) {
    return MinK.answerScore(Arrays.copyOf(logProbs, logProbs.length - 1), MIN_K_SHARE);
  }

  private static @Nullable Double minKPlusPlus(@Nullable TokenDistributions expected, int n) {
    return expected == null
        ? null
        : (@Nullable Double)
            MinK.plusPlus(
                Arrays.copyOf(expected.logProbs(), n),
                Arrays.copyOf(expected.means(), n),
                Arrays.copyOf(expected.variances(), n),
                MIN_K_SHARE);
  }

  private static Retrained retrained(ScoredPairs pairs, TofuSet set, TofuRow row) {
    double[] logProbs = pairs.of(TofuSet.answer(row)).scores().logProbs();
    return new Retrained(
        set.isForgotten() ? (@Nullable Double) truth(pairs, set, row).ratio() : null,
        -AnswerProbability.meanLog(logProbs),
        minK(logProbs));
  }
}
