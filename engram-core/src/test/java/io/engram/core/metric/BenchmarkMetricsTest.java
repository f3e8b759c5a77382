package io.engram.core.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.testkit.Golden;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The measures of the TOFU benchmark, by hand and by Python. */
class BenchmarkMetricsTest {
  private static final double LN2 = Math.log(2);

  /** P(right) = ¼; P(wrong) = ½ and 1/8: geometric ¼, arithmetic 5/16. */
  @Test
  void truthRatios() {
    double[] wrong = {-LN2, -3 * LN2};
    assertThat(TruthRatio.geometric(-2 * LN2, wrong)).isCloseTo(1, within(1e-15));
    assertThat(TruthRatio.arithmetic(-2 * LN2, wrong)).isCloseTo(1.25, within(1e-15));
    assertThat(TruthRatio.closenessToOne(1.25)).isEqualTo(0.8);
    assertThat(TruthRatio.closenessToOne(0.8)).isEqualTo(0.8);
    assertThat(TruthRatio.preferenceForTruth(1.25)).isZero();
    assertThat(TruthRatio.preferenceForTruth(0.25)).isEqualTo(0.75);
    assertThat(TruthRatio.shareOfTruth(0.25)).isEqualTo(0.8);
    assertThat(TruthRatio.shareOfTruth(Double.POSITIVE_INFINITY)).isZero();
  }

  /** P(right) = 0: a mean of ½ and 0 by 1e-12. */
  @Test
  void waglesTruthRatioHasABound() {
    double[] wrong = {-LN2, -2000};
    assertThat(TruthRatio.arithmeticBounded(-2000, wrong)).isCloseTo(0.25e12, within(1e-3));
    assertThat(TruthRatio.arithmeticBounded(-2 * LN2, new double[] {-LN2, -3 * LN2}))
        .isCloseTo(0.3125 / (0.25 + 1e-12), within(1e-14));
    assertThat(TruthRatio.arithmeticBounded(-1, new double[0])).isNaN();
  }

  @Test
  void truthRatiosOfWhatTheModelExcludes() {
    assertThat(TruthRatio.geometric(-2000, new double[] {-1})).isInfinite();
    assertThat(TruthRatio.closenessToOne(Double.POSITIVE_INFINITY)).isZero();
    assertThat(TruthRatio.closenessToOne(0)).isZero();
    assertThat(TruthRatio.preferenceForTruth(Double.POSITIVE_INFINITY)).isZero();
    assertThat(TruthRatio.closenessToOne(Double.NaN)).isNaN();
    assertThat(TruthRatio.preferenceForTruth(Double.NaN)).isNaN();
    assertThat(TruthRatio.geometric(-1, new double[0])).isNaN();
    assertThat(TruthRatio.arithmetic(-1, new double[0])).isNaN();
  }

  @Test
  void probabilityAmongOptions() {
    assertThat(AnswerProbability.meanLog(new double[] {-1, -2, -6})).isEqualTo(-3);
    assertThat(AnswerProbability.meanLog(new double[0])).isNaN();
    double[] wrong = {-2 * LN2, -3 * LN2, -3 * LN2};
    assertThat(AnswerProbability.amongOptions(-LN2, wrong)).isCloseTo(0.5, within(1e-15));
    assertThat(AnswerProbability.amongOptions(-1000, new double[] {-1001}))
        .as("both are 0 as probabilities")
        .isCloseTo(1 / (1 + Math.exp(-1)), within(1e-15));
    assertThat(AnswerProbability.amongOptions(-1000, new double[] {-1})).isZero();
  }

  @Test
  void extractionStrength() {
    assertThat(ExtractionStrength.of(new boolean[] {false, true, false, true, true}))
        .isCloseTo(0.4, within(1e-15));
    assertThat(ExtractionStrength.of(new boolean[] {true, true})).isEqualTo(1);
    assertThat(ExtractionStrength.of(new boolean[] {true, true, true, false})).isEqualTo(0.25);
    assertThat(ExtractionStrength.of(new boolean[4])).isEqualTo(0.25);
    assertThat(ExtractionStrength.of(new boolean[1])).as("1/n of one token").isEqualTo(1);
    assertThat(ExtractionStrength.of(new boolean[0])).isZero();
  }

  @Test
  void exactMemorization() {
    assertThat(MemorizationAccuracy.of(new boolean[] {false, true, true, true})).isEqualTo(0.75);
    assertThat(MemorizationAccuracy.of(new boolean[1])).isZero();
    assertThat(MemorizationAccuracy.of(new boolean[0])).isNaN();
  }

  /** z = −2, −1, and (−4 + 1)/√1e-6 = −3000. The lowest max(1, ⌊0.4·3⌋) is one. */
  @Test
  void minKPlusPlus() {
    double[] logProbs = {-5, -3, -4};
    double[] means = {-1, -2, -1};
    double[] variances = {4, 1, 0};
    assertThat(MinK.plusPlus(logProbs, means, variances, 0.4)).isCloseTo(3000, within(1e-9));
    assertThat(MinK.plusPlus(logProbs, means, variances, 0.7)).isCloseTo(1501, within(1e-9));
    assertThat(MinK.plusPlus(new double[0], new double[0], new double[0], 0.4)).isZero();
  }

  @Test
  void privLeak() {
    assertThat(PrivLeak.of(0.5, 0.5)).isZero();
    assertThat(PrivLeak.of(1, 0.5)).as("as likely as ever").isEqualTo(-100);
    assertThat(PrivLeak.of(0.25, 0.5)).as("too unlikely").isEqualTo(50);
    assertThat(PrivLeak.of(0.4, 0.2)).isCloseTo(-25, within(1e-12));
    assertThat(PrivLeak.of(1, 1)).isNaN();
  }

  /** 3 / (1 + 2 + 4) = 3/7; slopes (9/49)/(3x²) = 3/49, 12/49, 48/49. */
  @Test
  void harmonicMean() {
    assertThat(HarmonicMean.of(1, 0.5, 0.25)).isCloseTo(3.0 / 7, within(1e-15));
    assertThat(HarmonicMean.slopes(1, 0.5, 0.25))
        .containsExactly(new double[] {3.0 / 49, 12.0 / 49, 48.0 / 49}, within(1e-15));
    assertThat(HarmonicMean.of(1, 0, 0.25)).isZero();
    assertThat(HarmonicMean.of()).isNaN();
    assertThat(HarmonicMean.of(1, Double.NaN)).isNaN();
  }

  /** "the" twice in the reference, once in the prediction. */
  @Test
  void rouge1() {
    assertThat(Rouge1.recall("the cat", "The cat, the dog", true)).isEqualTo(0.5);
    assertThat(Rouge1.recall("dog the cat the", "The cat, the dog", true)).isEqualTo(1);
    assertThat(Rouge1.recall("", "a word", true)).isZero();
    assertThat(Rouge1.recall("a word", "!", true)).isZero();
    for (JsonNode golden : Golden.json("rouge.json").path("pairs")) {
      String prediction = golden.path("prediction").asString();
      String reference = golden.path("reference").asString();
      for (boolean stem : new boolean[] {true, false}) {
        double recall = golden.path(stem ? "stemmed" : "plain").path("rouge1_recall").asDouble();
        assertThat(Rouge1.recall(prediction, reference, stem)).isCloseTo(recall, within(1e-12));
      }
    }
  }

  @Test
  void zlibIsAsLongAsPythons() {
    for (JsonNode golden : Golden.json("benchmark_metrics.json").path("zlib")) {
      assertThat(ZLib.bytes(golden.path("text").asString()))
          .as(golden.toString())
          .isEqualTo(golden.path("bytes").asInt());
    }
    assertThat(ZLib.score(2, "")).isEqualTo(0.25);
  }

  @Test
  void answersEqualNumPy() {
    for (JsonNode golden : Golden.json("benchmark_metrics.json").path("answers")) {
      double right = golden.path("right").asDouble();
      double[] wrong = Golden.doubles(golden.path("wrong"));
      assertThat(TruthRatio.geometric(right, wrong))
          .isCloseTo(golden.path("geometric").asDouble(), within(1e-12));
      assertThat(TruthRatio.arithmetic(right, wrong))
          .isCloseTo(golden.path("arithmetic").asDouble(), within(1e-12));
      assertThat(AnswerProbability.amongOptions(right, wrong))
          .isCloseTo(golden.path("among_options").asDouble(), within(1e-12));
    }
  }
}
