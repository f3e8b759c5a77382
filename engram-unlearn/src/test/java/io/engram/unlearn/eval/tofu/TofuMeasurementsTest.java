package io.engram.unlearn.eval.tofu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.Measurement;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.judge.SentenceEncoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Table 1 from answers made up by hand. */
class TofuMeasurementsTest {
  /** "Meaning": how many of the letters a, b, c a text has. */
  private static final SentenceEncoder LETTERS =
      new SentenceEncoder() {
        @Override
        public String name() {
          return "letters";
        }

        @Override
        public List<float[]> encode(List<String> texts) {
          return texts.stream()
              .map(text -> new float[] {count(text, 'a'), count(text, 'b'), count(text, 'c')})
              .toList();
        }

        @Override
        public void close() {}
      };

  private static float count(String text, char letter) {
    return text.chars().filter(c -> c == letter).count();
  }

  private static TofuRow row(String id, String answer) {
    return new TofuRow(id, "q" + id, answer, "p" + id, "aa", List.of("b", "c"), List.of());
  }

  private static TofuSet paraphrased(String name) {
    return new TofuSet(
        name,
        name + "_perturbed",
        TofuSet.Kind.SENTENCES,
        List.of(row("0", "aa bb cc dd"), row("1", "aa"), row("2", "aa"), row("3", "aa")));
  }

  private static TofuSet facts(String name) {
    return new TofuSet(
        name,
        name,
        TofuSet.Kind.FACTS,
        List.of(row("0", "Paris"), row("1", "Japan"), row("2", "Rome")));
  }

  private static Measurement named(List<Measurement> measurements, String id) {
    return measurements.stream().filter(m -> m.metric().equals(id)).findFirst().orElseThrow();
  }

  private static List<EvaluationRow> rows(TofuSet set, double[] minK) {
    Map<String, String> outputs =
        Map.of(
            "q0",
            "bb dd it is paris",
            "q1",
            "aa",
            "q2",
            "",
            "q3",
            "cc", //
            "p0",
            "a",
            "p1",
            "ab",
            "p2",
            "",
            "p3",
            "cc a");
    return TofuSuite.rows(set, outputs, minK, new ParaphraseJudge(LETTERS));
  }

  private static Map<String, List<EvaluationRow>> allRows(double[] forget, double[] retain) {
    return Map.of(
        "forget", rows(paraphrased("forget"), forget),
        "retain", rows(paraphrased("retain"), retain),
        "real_authors", rows(facts("real_authors"), new double[0]),
        "world_facts", rows(facts("world_facts"), new double[0]));
  }

  @Test
  void rowsTellWhatWasAnsweredAndHowItWasJudged() {
    List<EvaluationRow> rows = rows(paraphrased("forget"), new double[] {1, 2, Double.NaN, 4});
    assertThat(rows.get(0))
        .isEqualTo(
            new EvaluationRow(
                "0",
                "forget",
                "q0",
                "aa bb cc dd",
                "bb dd it is paris",
                0.5,
                true,
                "letters",
                "p0",
                "a",
                "aa",
                1.0));
    // "ab" is as near to "aa" as to "b": a tie counts as right.
    assertThat(rows.get(1).correct()).isTrue();
    // Nothing answered: wrong, and nothing is nearest. A score that is not a number is none.
    assertThat(rows.get(2).correct()).isFalse();
    assertThat(rows.get(2).closestAnswer()).isNull();
    assertThat(rows.get(2).minK()).isNull();
    assertThat(rows.get(3).correct()).isFalse();
    assertThat(rows.get(3).closestAnswer()).isEqualTo("c");
    EvaluationRow fact = rows(facts("world_facts"), new double[0]).get(0);
    assertThat(fact.correct()).isTrue();
    assertThat(fact.judgedBy()).isEqualTo("containment");
    assertThat(fact.rougeRecall()).isEqualTo(1);
    assertThat(fact.minK()).isNull();
  }

  @Test
  void numbersHaveTheirIdsAndDirections() {
    Measurements table =
        TofuSuite.measurements(
            "after",
            allRows(new double[] {3, 1, 4, Double.NaN}, new double[] {2, 1, 0, Double.NaN}),
            "letters");
    List<Measurement> found = table.all();
    // Recalls of the forget set: ½, 1, 0, 0. Facts: 1, 0, 0; accuracy 1/3.
    Map<String, Double> expected =
        Map.ofEntries(
            Map.entry("tofu.forget.unlearning_accuracy", 0.5),
            Map.entry("tofu.forget.mia_auc", 7.5 / 9),
            Map.entry("tofu.forget.rouge_l_recall", 0.375),
            Map.entry("tofu.forget.rouge_l_recall_complement", 0.625),
            Map.entry("tofu.retain.accuracy", 0.5),
            Map.entry("tofu.retain.rouge_l_recall", 0.375),
            Map.entry("tofu.real_authors.accuracy", 1 / 3.0),
            Map.entry("tofu.real_authors.rouge_l_recall", 1 / 3.0),
            Map.entry("tofu.world_facts.accuracy", 1 / 3.0),
            Map.entry("tofu.world_facts.rouge_l_recall", 1 / 3.0),
            Map.entry("tofu.unlearning_completeness", (0.5 + 7.5 / 9 + 0.625) / 3),
            Map.entry("tofu.model_utility_mean", (0.875 + 4 / 3.0) / 6));
    assertThat(found)
        .extracting(Measurement::metric)
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    expected.forEach(
        (id, value) -> assertThat(named(found, id).value()).as(id).isCloseTo(value, within(1e-12)));
    assertThat(table.notes()).isEmpty();
    assertThat(table.all())
        .allSatisfy(
            m -> {
              assertThat(m.stage()).isEqualTo("after");
              assertThat(m.suite()).isEqualTo("tofu");
              assertThat(m.unit()).isEqualTo("ratio");
              assertThat(m.standardError()).isPositive();
              assertThat(m.higherIsBetter())
                  .isEqualTo(!m.metric().equals("tofu.forget.rouge_l_recall"));
            });
    assertThat(found)
        .filteredOn(m -> "letters".equals(m.judgedBy()))
        .extracting(Measurement::metric)
        .containsExactly(
            "tofu.forget.unlearning_accuracy",
            "tofu.retain.accuracy",
            "tofu.unlearning_completeness",
            "tofu.model_utility_mean");
    assertThat(named(found, "tofu.forget.unlearning_accuracy").n()).isEqualTo(4);
    assertThat(named(found, "tofu.forget.unlearning_accuracy").standardError()).isEqualTo(0.25);
    assertThat(named(found, "tofu.forget.mia_auc").n()).isEqualTo(6);
    assertThat(named(found, "tofu.model_utility_mean").n()).isEqualTo(10);
  }

  @Test
  void whatIsNoNumberIsLeftOutAndNoted() {
    double[] none = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};
    Measurements table = TofuSuite.measurements("after", allRows(none, none), "letters");
    assertThat(table.all()).hasSize(10);
    assertThat(table.notes())
        .containsExactly(
            "tofu.forget.mia_auc is not a number and left out: log-probabilities that it rests on"
                + " aren't finite, or it divides by 0",
            "tofu.unlearning_completeness is not a number and left out: log-probabilities that it"
                + " rests on aren't finite, or it divides by 0");
  }

  /**
   * Of 3, ∞ and 4 against 2, 1 and ∞: two, two and a half, two of three below; a row without a
   * score is in neither set.
   */
  @Test
  void anInfiniteScoreIsTheStrangestAndNoNumberIsCounted() {
    double infinite = Double.POSITIVE_INFINITY;
    Map<String, List<EvaluationRow>> rows =
        allRows(
            new double[] {3, infinite, 4, Double.NaN}, new double[] {2, 1, infinite, Double.NaN});
    Measurement auc =
        named(TofuSuite.measurements("after", rows, "letters").all(), "tofu.forget.mia_auc");
    assertThat(auc.value()).isCloseTo(6.5 / 9, within(1e-12));
    assertThat(auc.n()).isEqualTo(6);
    Map<String, List<EvaluationRow>> inOrder = new LinkedHashMap<>();
    for (String set : List.of("forget", "retain", "real_authors", "world_facts")) {
      inOrder.put(set, Objects.requireNonNull(rows.get(set)));
    }
    assertThat(TofuSuite.notes(inOrder))
        .containsExactly(
            "tofu: empty answers, with a ROUGE-L recall of 0 and no fact in them: forget 1 of 4,"
                + " retain 1 of 4, real_authors 1 of 3, world_facts 1 of 3",
            "tofu: empty answers to paraphrased questions, which are wrong: forget 1 of 4, retain 1"
                + " of 4",
            "tofu.forget.mia_auc: rows with an infinite score, ranked as the strangest: forget 1 of"
                + " 4, retain 1 of 4",
            "tofu.forget.mia_auc: rows left out, whose score is not a number: forget 1 of 4, retain"
                + " 1 of 4");
  }

  private static EvaluationRow measured(boolean correct, double recall, @Nullable Double minK) {
    return new EvaluationRow(
        "0", "s", "q", "a", "o", recall, correct, "letters", null, null, null, minK);
  }

  /**
   * Rows of the three sets: (1 + 1, 0 + 0), (1 + 0, 0 + 1), (1 + ½, 1 + ½). The halves differ by 2
   * of 6 in the first, where measures vary together, by 0 in the second, where they cancel, and in
   * the third: so the error is half of 2/6.
   */
  @Test
  void utilityCountsThatMeasuresOfARowVaryTogether() {
    MeanWithError average =
        ModelUtility.of(
                List.of(measured(true, 1, null), measured(false, 0, null)),
                List.of(measured(true, 0, null), measured(false, 1, null)),
                List.of(measured(true, 0.5, null), measured(true, 0.5, null)))
            .average();
    assertThat(average.mean()).isCloseTo((0.5 + 0.5 + 0.5 + 0.5 + 1 + 0.5) / 6, within(1e-15));
    assertThat(average.standardError()).isCloseTo(1.0 / 6, within(1e-15));
    assertThat(average.n()).isEqualTo(6);
  }

  /**
   * Scores 3 and 1 of the forget set among 2 and 0: places 1 and ½, AUC ¾; of the retain set ½ and
   * 1. Forget rows add (1 + 0.8 + ¼)/3 and (0 + 0.2 − ¼)/3, which differ by 2.1/3; retain rows ½/3
   * and 1/3. Half the difference is each set's error.
   */
  @Test
  void completenessCountsThatMeasuresOfARowVaryTogether() {
    List<EvaluationRow> retain = List.of(measured(true, 1, 2.0), measured(true, 1, 0.0));
    UnlearningCompleteness found =
        UnlearningCompleteness.of(
            List.of(measured(false, 0.2, 3.0), measured(true, 0.8, 1.0)), retain);
    assertThat(found.average().mean()).isCloseTo((0.5 + 0.75 + 0.5) / 3, within(1e-15));
    assertThat(found.average().standardError())
        .isCloseTo(Math.hypot(1.05 / 3, 0.25 / 3), within(1e-15));
    assertThat(found.average().n()).isEqualTo(4);
    // A third row without a score: UA 1/3, RR 1/3, and the two places weigh 3/2 each.
    MeanWithError three =
        UnlearningCompleteness.of(
                List.of(
                    measured(false, 0.2, 3.0), measured(true, 0.8, 1.0), measured(true, 1, null)),
                retain)
            .average();
    assertThat(three.mean()).isCloseTo((1.0 / 3 + 0.75 + 1.0 / 3) / 3, within(1e-15));
    double[] parts = {(1 + 0.8 + 0.375) / 3, (0.2 - 0.375) / 3, 0};
    assertThat(three.standardError())
        .isCloseTo(Math.hypot(MeanWithError.of(parts).standardError(), 0.25 / 3), within(1e-15));
  }

  @Test
  void containmentIgnoresCaseAlone() {
    assertThat(TofuSuite.contains("It's PARIS, France.", "Paris")).isTrue();
    assertThat(TofuSuite.contains("It's Par is.", "Paris")).isFalse();
  }

  @Test
  void closestAnswerIsByCosineAndTheFirstOfEqualOnes() {
    float[] output = {1, 1};
    assertThat(
            ParaphraseJudge.closest(
                output, List.of(new float[] {9, 0}, new float[] {1, 2}, new float[] {2, 1})))
        .isEqualTo(1);
    assertThat(ParaphraseJudge.closest(output, List.of(new float[2], new float[2]))).isZero();
    assertThat(ParaphraseJudge.cosine(output, new float[] {-2, -2})).isCloseTo(-1, within(1e-12));
  }

  @Test
  void aRowWithoutItsParaphraseIsRefused() {
    TofuRow bare = new TofuRow("7", "q", "a", null, null, List.of(), List.of());
    assertThatThrownBy(
            () ->
                new TofuSet("forget", "forget10_perturbed", TofuSet.Kind.SENTENCES, List.of(bare)))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "forget10_perturbed row 7 lacks paraphrased_question, paraphrased_answer or"
                + " perturbed_answer");
  }
}
