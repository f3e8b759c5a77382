package io.engram.unlearn.eval.tofu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.run.Measurement;
import io.engram.core.sample.Tofu.TofuRow;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.EvaluationRow;
import io.engram.unlearn.eval.SentenceEncoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Table 1 from answers made up by hand. */
class TofuTableTest {
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
        true,
        List.of(row("0", "aa bb cc dd"), row("1", "aa"), row("2", "aa"), row("3", "aa")));
  }

  private static TofuSet facts(String name) {
    return new TofuSet(
        name, name, false, List.of(row("0", "Paris"), row("1", "Japan"), row("2", "Rome")));
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
    return TofuScores.rows(set, outputs, minK, new ParaphraseJudge(LETTERS));
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
    TofuTable table =
        new TofuTable(
            "after",
            allRows(new double[] {3, 1, 4, Double.NaN}, new double[] {2, 1, 0, Double.NaN}),
            "letters");
    List<Measurement> found = table.measurements();
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
    assertThat(table.measurements())
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
    TofuTable table = new TofuTable("after", allRows(none, none), "letters");
    assertThat(table.measurements()).hasSize(10);
    assertThat(table.notes())
        .containsExactly(
            "tofu.forget.mia_auc is not a number and left out: the model's log-probabilities"
                + " aren't finite",
            "tofu.unlearning_completeness is not a number and left out: the model's"
                + " log-probabilities aren't finite");
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
        named(new TofuTable("after", rows, "letters").measurements(), "tofu.forget.mia_auc");
    assertThat(auc.value()).isCloseTo(6.5 / 9, within(1e-12));
    assertThat(auc.n()).isEqualTo(6);
    Map<String, List<EvaluationRow>> inOrder = new LinkedHashMap<>();
    for (String set : List.of("forget", "retain", "real_authors", "world_facts")) {
      inOrder.put(set, Objects.requireNonNull(rows.get(set)));
    }
    assertThat(TofuNotes.ofRows(inOrder))
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

  @Test
  void averagesAreThoseOfTheTable() {
    MeanWithError ua = new MeanWithError(0.9, 0.03, 400);
    MeanWithError mia = new MeanWithError(0.6, 0, 800);
    MeanWithError rr = new MeanWithError(0.3, 0.04, 400);
    MeanWithError completeness = new UnlearningCompleteness(ua, mia, rr).average();
    assertThat(completeness.mean()).isCloseTo(0.6, within(1e-15));
    assertThat(completeness.standardError()).isCloseTo(0.05 / 3, within(1e-15));
    assertThat(completeness.n()).isEqualTo(800);
    ModelUtility.Kept kept = new ModelUtility.Kept(ua, rr);
    MeanWithError utility = new ModelUtility(kept, kept, kept).average();
    assertThat(utility.mean()).isCloseTo(0.6, within(1e-15));
    assertThat(utility.standardError()).isCloseTo(Math.sqrt(3 * 0.0025) / 6, within(1e-15));
    assertThat(utility.n()).isEqualTo(1200);
  }

  @Test
  void containmentIgnoresCaseAlone() {
    assertThat(Containment.isCorrect("It's PARIS, France.", "Paris")).isTrue();
    assertThat(Containment.isCorrect("It's Par is.", "Paris")).isFalse();
  }

  @Test
  void closestAnswerIsByCosineAndTheFirstOfEqualOnes() {
    float[] output = {1, 1};
    assertThat(
            ClosestAnswer.of(
                output, List.of(new float[] {9, 0}, new float[] {1, 2}, new float[] {2, 1})))
        .isEqualTo(1);
    assertThat(ClosestAnswer.of(output, List.of(new float[2], new float[2]))).isZero();
    assertThat(ClosestAnswer.cosine(output, new float[] {-2, -2})).isCloseTo(-1, within(1e-12));
  }

  @Test
  void aRowWithoutItsParaphraseIsRefused() {
    TofuRow bare = new TofuRow("7", "q", "a", null, null, List.of(), List.of());
    assertThatThrownBy(
            () -> new ParaphraseJudge(LETTERS).judge(List.of(bare), Map.of(), "forget10_perturbed"))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "forget10_perturbed row 7 lacks paraphrased_question, paraphrased_answer or"
                + " perturbed_answer");
  }
}
