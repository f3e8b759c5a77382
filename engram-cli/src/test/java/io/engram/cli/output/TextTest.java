package io.engram.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.core.run.ForgetPlan;
import io.engram.core.run.Measurement;
import io.engram.core.run.TrialSummary;
import io.engram.core.sample.Sample;
import io.engram.report.compare.MeasureDifference;
import io.engram.report.compare.OrderPairs;
import io.engram.report.compare.PlanAccuracy;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TextTest {
  @Test
  void excerptsAreOneLine() {
    assertThat(DifficultyText.excerpt(Sample.of("1", "Who\nis it?", "She is."), 40))
        .isEqualTo("Who is it? → She is.");
    assertThat(DifficultyText.excerpt("abcdef", 4)).isEqualTo("abc…");
  }

  @Test
  void aLineBreakInACellDoesNotSplitTheRow() {
    Table table = new Table("id", "n");
    table.row("a\nb", "1");
    assertThat(table.toString()).isEqualTo("id   n\na⏎b  1");
  }

  @Test
  void measurementsHaveAColumnAStage() {
    List<Measurement> measurements =
        List.of(measurement("before", 0.93, 0.01), measurement("after", 0.25, null));
    assertThat(MeasurementText.byStage(measurements))
        .isEqualTo(
            """
            tofu                   better  unit   n    before ± SE  after ± SE
            forget.rouge_l_recall  lower   ratio  400  0.93 ± 0.01  0.25
            SE: standard error, over the n samples\
            """);
    assertThat(MeasurementText.byStage(List.of())).isEmpty();
  }

  @Test
  void eachSuiteHasATableAndOtherUnitsStandThere() {
    assertThat(
            MeasurementText.byStage(
                List.of(
                    measurement("before", 0.93, 0.01234),
                    of("harness", "harness.wikitext.word_perplexity", 123.45, "perplexity", 62),
                    of("harness", "elsewhere.share", -53.125, "percent", 8))))
        .isEqualTo(
            """
            tofu                   better  unit   n    before ± SE
            forget.rouge_l_recall  lower   ratio  400  0.93 ± 0.012

            harness                   better  unit        n   before ± SE
            wikitext.word_perplexity  lower   perplexity  62  123.5
            elsewhere.share           lower   percent     8   -53.13
            SE: standard error, over the n samples\
            """);
  }

  /** 5 stages of 11 characters and the 43 before them: 43 + 4 · 13 = 95, the fifth makes 108. */
  @Test
  void stagesThatDoNotFitGoBelow() {
    List<Measurement> stages =
        Stream.of("before", "e-1", "e-2", "e-3", "after")
            .map(stage -> measurement(stage, 0.93, 0.01))
            .toList();
    assertThat(MeasurementText.byStage(stages))
        .isEqualTo(
            """
            tofu                   better  unit   n    before ± SE  e-1 ± SE     e-2 ± SE     e-3 ± SE
            forget.rouge_l_recall  lower   ratio  400  0.93 ± 0.01  0.93 ± 0.01  0.93 ± 0.01  0.93 ± 0.01

            tofu                   better  unit   n    after ± SE
            forget.rouge_l_recall  lower   ratio  400  0.93 ± 0.01
            SE: standard error, over the n samples\
            """);
  }

  /** 0.2 and 0.4: mean 0.3, s = √(2 · 0.01) = 0.1414. */
  @Test
  void trialsSayHowManyTheyAreAndWhatScatters() {
    List<Measurement> first =
        List.of(measurement("before", 0.93, 0.01), measurement("after", 0.2, 0.01));
    List<Measurement> second =
        List.of(measurement("before", 0.93, 0.01), measurement("after", 0.4, 0.01));
    assertThat(MeasurementText.ofTrials(TrialSummary.of(List.of(first, second))))
        .isEqualTo(
            """
            tofu                   better  unit   n    before  after: mean ± SD of 2 trials
            forget.rouge_l_recall  lower   ratio  400  0.93    0.3 ± 0.14
            SD: standard deviation between 2 trials with different seeds; n: samples of each trial\
            """);
    assertThat(MeasurementText.ofTrials(TrialSummary.of(List.of(first))))
        .contains("before  after\n")
        .endsWith("One trial, so there is no standard deviation; n: samples of each trial");
    assertThat(MeasurementText.ofTrials(List.of())).isEmpty();
  }

  @Test
  void differencesOfOrdersAreATableASuite() {
    MeasureDifference ratio =
        new MeasureDifference(
            "tofu",
            "tofu.share",
            "ratio",
            "higher",
            3,
            0.6,
            0.8,
            0.2,
            -0.0484,
            0.4484,
            "undecided");
    MeasureDifference one =
        new MeasureDifference(
            "bench", "leak", "percent", "nearer 0", 1, -35, -45, -10, null, null, "undecided");
    OrderPairs.Difference orders =
        new OrderPairs.Difference(
            "npo", "uniform order", "MRD order", List.of("42", "43", "44"), List.of(ratio, one));
    assertThat(OrdersText.of(List.of(orders)))
        .startsWith(
            """
            MRD order against uniform order, npo, 3 pairs with the same seed (42, 43, 44)
            tofu   unit   pairs  better by [95 %]    it is better
            share  ratio  3      0.20 [-0.05, 0.45]  undecided
            bench  unit     pairs  better by [95 %]  it is better
            leak   percent  1      -10               undecided
            Positive is better.\
            """);
    assertThat(OrdersText.of(List.of())).isEmpty();
  }

  @Test
  void measurementsNameTheEncoderTheyRestOn() {
    assertThat(
            MeasurementText.byStage(
                List.of(judged("before", "one"), judged("after", "one"), judged("after", "two"))))
        .endsWith(
            """

            Judged by one: tofu.retain.accuracy
            Judged by two: tofu.retain.accuracy\
            """);
  }

  private static Measurement of(String suite, String id, double value, String unit, int n) {
    return new Measurement("before", suite, id, value, unit, n, false, null);
  }

  private static Measurement judged(String stage, String encoder) {
    return new Measurement(
        stage, "tofu", "tofu.retain.accuracy", 0.5, "ratio", 2, true, null, encoder);
  }

  private static Measurement measurement(
      String stage, double value, @org.jspecify.annotations.Nullable Double error) {
    return new Measurement(
        stage, "tofu", "tofu.forget.rouge_l_recall", value, "ratio", 400, false, error);
  }

  @Test
  void plansHaveALineARunAndOneForAll() {
    PlanAccuracy.Run ended =
        new PlanAccuracy.Run("a", 3.0, 5.0, 8.0, 4, false, true, 0.25, 9, 0.8, 0.03, 0.02);
    PlanAccuracy.Run more =
        new PlanAccuracy.Run("b", null, null, null, 10, true, null, null, 2, null, null, null);
    PlanAccuracy plans =
        new PlanAccuracy(
            List.of(ended, more),
            List.of("c"),
            1,
            new PlanAccuracy.Share(1, 1, 1.0, 0.0),
            new PlanAccuracy.MedianOf(1, 0.25, null, null),
            new PlanAccuracy.MeanOf(1, 0.8, null),
            new PlanAccuracy.MeanOf(2, -0.01, 0.004));
    assertThat(PlansText.of(plans))
        .startsWith(
            """
            run  planned updates  needed  held  error  requests  ρ     keep loss
            a    5 (3 to 8)       4       yes   25 %   9         0.80  +0.0300 → +0.0200
            b    more than seen   > 10    open  -      2         -     - → -

            all runs                                         value    ± SE   n
            interval held the updates needed                 100 %    0 %    1
            error of the updates, median                     25 %     -      1
            ρ per request, mean                              0.800    -      1
            keep loss, measured less forecast, nats a token  -0.0100  0.004  2
            1 of 2 ended by their budget: they need more updates than they made""")
        .contains("Left out, not finished: c.");
  }

  @Test
  void thePlanSaysHowMuchOtherWordsCount() {
    ForgetPlan.Updates updates = new ForgetPlan.Updates(20.0, 15.0, 30.0);
    ForgetPlan.KeepLoss keep = new ForgetPlan.KeepLoss(0, 0, 0, null);
    ForgetPlan.Rehearsed rehearsed = new ForgetPlan.Rehearsed(List.of(), 0, 0);
    for (Double share : Arrays.asList(null, 0.05)) {
      String text =
          ForgetText.plan(
              new ForgetPlan(
                  updates, 40, 1e-4, true, share, 60, 1 << 30, null, List.of(), List.of(), keep,
                  rehearsed));
      assertThat(text.contains("other words count 0.05 times as much as its fact"))
          .isEqualTo(share != null);
    }
  }
}
