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
import io.engram.unlearn.eval.tofu.ScoredPairs.ScoredPair;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code eval/STAGE/tofu_benchmark.SET.jsonl}: the measures of one sample. Measures that
 * don't apply to a set are null.
 *
 * @param id the row's number in its file, from 0
 * @param set the set's name: {@code forget}
 * @param question as in the data
 * @param answer the true one
 * @param output what the model answered
 * @param cleanText probability that {@code output} is clean text and not gibberish, [0, 1]
 * @param rouge of {@code output} against {@code answer}
 * @param truth the right answer against wrong ones
 * @param recall how the model scores the true answer
 * @param retrained the same sample under the model that never saw the forget set
 */
public record BenchmarkRow(
    String id,
    String set,
    String question,
    String answer,
    @Nullable String output,
    @Nullable Double cleanText,
    @Nullable Rouge rouge,
    @Nullable Truth truth,
    Recall recall,
    @Nullable Retrained retrained) {
  /**
   * Shares of the true answer's words in the output, [0, 1], after stemming.
   *
   * @param recall1 ROUGE-1
   * @param recallL ROUGE-L
   */
  public record Rouge(double recall1, double recallL) {}

  /**
   * The right answer against wrong ones.
   *
   * @param ratio truth ratio with the geometric mean over the wrong answers
   * @param ratioArithmetic with the arithmetic mean
   * @param amongOptions P(right) / (P(right) + Σ P(wrong))
   * @param rightProbability P(right), of the paraphrased answer on forget and retain set
   */
  public record Truth(
      double ratio, double ratioArithmetic, double amongOptions, double rightProbability) {}

  /**
   * The true answer, each token given the true ones before it.
   *
   * @param tokens labelled tokens, including the end token
   * @param loss −ℓ̄ over all of them, nats a token
   * @param probability exp(−loss)
   * @param extractionStrength without the end token
   * @param exactMemorization without the end token; null if there is no other token
   * @param zlib loss by the bytes of the compressed text
   * @param minK Min-40 % without the end token, nats
   * @param minKPlusPlus Min-40 %++ without the end token, standard deviations
   * @param gradientNorm mean norm over parameter tensors, without the end token; null if it wasn't
   *     computed
   */
  public record Recall(
      int tokens,
      double loss,
      double probability,
      double extractionStrength,
      @Nullable Double exactMemorization,
      double zlib,
      double minK,
      @Nullable Double minKPlusPlus,
      @Nullable Double gradientNorm) {}

  /**
   * Under the model that never saw the forget set.
   *
   * @param truthRatio with the geometric mean; null outside the forget set
   * @param loss nats a token
   * @param minK nats
   */
  public record Retrained(@Nullable Double truthRatio, double loss, double minK) {}

  /**
   * Builds a set's rows from scores and answers.
   *
   * @param pairs all pairs of the sets
   * @param outputs the model's answers, by question
   * @param clean how probable it is that an output is clean text, by output; empty: not measured
   * @param retrained the pairs under the model that never saw the forget set; null: no such model
   */
  record Maker(
      ScoredPairs pairs,
      Map<String, String> outputs,
      Map<String, Double> clean,
      @Nullable ScoredPairs retrained) {
    /** The share of tokens that Min-K % looks at, as in open-unlearning. */
    static final double MIN_K_SHARE = 0.4;

    /**
     * The rows of a set.
     *
     * @param gradientNorms of the first rows
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
}
