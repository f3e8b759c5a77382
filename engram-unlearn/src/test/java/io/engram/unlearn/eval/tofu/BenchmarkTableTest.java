package io.engram.unlearn.eval.tofu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.metric.TruthRatio;
import io.engram.core.run.Measurement;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Recall;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Retrained;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Rouge;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Truth;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From rows to numbers, by hand. */
class BenchmarkTableTest {
  private static final Offset<Double> EXACT = within(1e-12);

  private static BenchmarkRow row(
      String set, double loss, double ratio, @Nullable Retrained retrained) {
    Recall recall = new Recall(3, loss, Math.exp(-loss), 0.5, 1.0, loss / 10, loss, loss, null);
    return new BenchmarkRow(
        "0",
        set,
        "q",
        "a",
        "o",
        0.5,
        new Rouge(0.5, 0.25),
        new Truth(ratio, 2 * ratio, 0.75, 0.125),
        recall,
        retrained);
  }

  private static Retrained retrained(double ratio, double loss) {
    return new Retrained(ratio, loss, loss);
  }

  private static List<BenchmarkRow> facts(String set) {
    return List.of(row(set, 1, 0.25, null), row(set, 1, 0.75, null));
  }

  private static Map<String, List<BenchmarkRow>> sets(
      List<BenchmarkRow> forget, List<BenchmarkRow> retain) {
    return Map.of(
        "forget",
        forget,
        "retain",
        retain,
        "real_authors",
        facts("real_authors"),
        "world_facts",
        facts("world_facts"));
  }

  private static Map<String, Measurement> measured(BenchmarkTable table) {
    return table.measurements().stream()
        .collect(Collectors.toMap(m -> m.metric().substring("tofu_benchmark.".length()), m -> m));
  }

  private static Measurement at(Map<String, Measurement> found, String metric) {
    return Objects.requireNonNull(found.get(metric), metric);
  }

  @Test
  void meansAndTheirDirections() {
    List<BenchmarkRow> forget = List.of(row("forget", 0, 0.5, null), row("forget", 1, 4, null));
    List<BenchmarkRow> retain = List.of(row("retain", 0, 0.5, null), row("retain", 1, 4, null));
    Map<String, Measurement> found =
        measured(new BenchmarkTable("tofu_benchmark", "after", null, sets(forget, retain)));
    Measurement probability = at(found, "forget.probability");
    assertThat(probability.value()).isCloseTo((1 + Math.exp(-1)) / 2, EXACT);
    assertThat(probability.standardError()).isCloseTo((1 - Math.exp(-1)) / 2, EXACT);
    assertThat(probability.higherIsBetter()).isFalse();
    assertThat(at(found, "retain.probability").higherIsBetter()).isTrue();
    assertThat(at(found, "real_authors.probability").value()).isEqualTo(0.75);
    assertThat(at(found, "forget.truth_ratio").value()).as("(½ + ¼)/2").isEqualTo(0.375);
    assertThat(at(found, "retain.truth_ratio").value()).as("(½ + 0)/2").isEqualTo(0.25);
    assertThat(at(found, "forget.truth_ratio_arithmetic").value())
        .as("1 and 1/8")
        .isEqualTo(0.5625);
    assertThat(at(found, "world_facts.truth_ratio").value()).as("(¾ + ¼)/2").isEqualTo(0.5);
    Measurement truth = at(found, "forget.truth_probability");
    assertThat(truth.value()).as("(1/1.5 + 1/5)/2").isCloseTo((2 / 3.0 + 0.2) / 2, EXACT);
    assertThat(truth.better()).isEqualTo("lower");
    assertThat(at(found, "world_facts.truth_probability").value())
        .as("(1/1.25 + 1/1.75)/2")
        .isCloseTo((0.8 + 4 / 7.0) / 2, EXACT);
    assertThat(at(found, "retain.truth_probability").better()).isEqualTo("higher");
    assertThat(at(found, "forget.paraphrased_probability").value()).isEqualTo(0.125);
    assertThat(at(found, "retain.paraphrased_probability").better()).isEqualTo("higher");
    assertThat(found)
        .doesNotContainKeys(
            "forget_quality", "forget_vs_retain.privleak", "real_authors.paraphrased_probability");
    assertThat(found).doesNotContainKey("forget_vs_retain.grad_norm_auc");
  }

  @Test
  void answersWithoutATokenHaveNoExactMemorization() {
    Recall empty = new Recall(1, 1, 0.4, 0, null, 0.1, 0, 0.0, null);
    BenchmarkRow none =
        new BenchmarkRow(
            "1",
            "forget",
            "q",
            "a",
            "",
            null,
            new Rouge(0, 0),
            new Truth(1, 1, 0.5, 0.25),
            empty,
            null);
    List<BenchmarkRow> forget = List.of(row("forget", 1, 1, null), none);
    Measurement found =
        at(
            measured(
                new BenchmarkTable("tofu_benchmark", "after", null, sets(forget, facts("retain")))),
            "forget.exact_memorization");
    assertThat(found.value()).isEqualTo(1);
    assertThat(found.n()).isEqualTo(1);
  }

  /** D of {1, 2, 3} and {4, 5, 6} is 1: 2 of 20 orders. */
  @Test
  void forgetQuality() {
    List<BenchmarkRow> forget =
        List.of(
            row("forget", 1, 1, retrained(6, 3)),
            row("forget", 1, 2, retrained(4, 3)),
            row("forget", 1, 3, retrained(5, 3)));
    List<BenchmarkRow> retain = List.of(row("retain", 1, 1, retrained(1, 1)));
    Map<String, Measurement> found =
        measured(new BenchmarkTable("tofu_benchmark", "after", null, sets(forget, retain)));
    assertThat(at(found, "forget_quality").value()).isCloseTo(0.1, EXACT);
    assertThat(at(found, "forget_quality").standardError()).isNull();
    assertThat(at(found, "forget_quality_log10").value()).isCloseTo(-1, EXACT);
    assertThat(at(found, "forget_quality_ks").value()).isEqualTo(1);
    assertThat(at(found, "forget_quality_ks").higherIsBetter()).isFalse();
  }

  /**
   * Losses of retain 2 and 4, of forget 1 and 3: 2 &gt; 1, 4 &gt; 1, 4 &gt; 3 are three pairs of
   * four. The retrained model has 2 and 4 against 3 and 5: one pair. So 100·(¼ − ¾)/(1 − ¼).
   */
  @Test
  void attacksAndPrivLeak() {
    List<BenchmarkRow> forget =
        List.of(row("forget", 1, 1, retrained(1, 3)), row("forget", 3, 1, retrained(1, 5)));
    List<BenchmarkRow> retain =
        List.of(row("retain", 2, 1, retrained(1, 2)), row("retain", 4, 1, retrained(1, 4)));
    Map<String, Measurement> found =
        measured(new BenchmarkTable("tofu_benchmark", "after", null, sets(forget, retain)));
    for (String attack : List.of("loss", "zlib", "min_k", "min_k_plus_plus")) {
      Measurement auc = at(found, "forget_vs_retain." + attack + "_auc");
      assertThat(auc.value()).as(attack).isEqualTo(0.75);
      assertThat(auc.n()).isEqualTo(4);
      assertThat(auc.higherIsBetter()).isFalse();
    }
    assertThat(at(found, "forget_vs_retain.reference_auc").value())
        .as("0 and 0 against −2 and −2")
        .isEqualTo(1);
    Measurement leak = at(found, "forget_vs_retain.privleak");
    assertThat(leak.value()).isCloseTo(-200.0 / 3, EXACT);
    assertThat(leak.better()).isEqualTo("nearer 0");
    // a = −100/0.75, b = 100·0.25/0.75². Parts of retain a·(½, 1) + b·(0, ½); of forget the same:
    // a·(1, ½) + b·(½, 0). Their half differences are the standard errors.
    double a = -400.0 / 3;
    double b = 400.0 / 9;
    double each = Math.abs(0.5 * a + 0.5 * b) / 2;
    assertThat(leak.standardError()).isCloseTo(Math.sqrt(2) * each, EXACT);
  }

  @Test
  void utilityIsZeroWhereOneOfTheNineIs() {
    List<BenchmarkRow> retain = List.of(row("retain", 0, 1, null), row("retain", 1, 2, null));
    List<BenchmarkRow> forget = List.of(row("forget", 1, 1, null));
    Measurement found =
        at(
            measured(new BenchmarkTable("tofu_benchmark", "after", null, sets(forget, retain))),
            "model_utility");
    assertThat(found.value()).isZero();
    assertThat(found.standardError()).isNull();
    assertThat(found.n()).isEqualTo(6);
  }

  /** By the definition over nine means, and by bootstrap-free differences: each row weighs 1/n. */
  @Test
  void utilityAndItsError() {
    double[][] first = {{0.5, 0.8, 0.25}, {0.7, 0.6, 0.35}, {0.6, 1, 0.3}};
    double[][] second = {{0.9, 0.9, 0.5}, {0.8, 1, 0.7}};
    MeanWithError found = BenchmarkTable.Utility.of(List.of(first, second, second));
    double[] means = {0.6, 0.8, 0.3, 0.85, 0.95, 0.6, 0.85, 0.95, 0.6};
    double inverse = 0;
    for (double mean : means) {
      inverse += 1 / mean;
    }
    double utility = 9 / inverse;
    assertThat(found.mean()).isCloseTo(utility, EXACT);
    double variance = 0;
    int from = 0;
    for (double[][] rows : List.of(first, second, second)) {
      double[] parts = new double[rows.length];
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < 3; j++) {
          parts[i] += utility * utility / 9 / Math.pow(means[from + j], 2) * rows[i][j];
        }
      }
      variance += Math.pow(MeanWithError.of(parts).standardError(), 2);
      from += 3;
    }
    assertThat(found.standardError()).isCloseTo(Math.sqrt(variance), EXACT);
    assertThat(found.n()).isEqualTo(7);
  }

  @Test
  void whatIsNoNumberIsLeftOutAndNoted() {
    List<BenchmarkRow> broken = List.of(row("forget", Double.NaN, Double.NaN, retrained(1, 1)));
    List<BenchmarkRow> retain = List.of(row("retain", 1, 0.5, retrained(1, 1)));
    BenchmarkTable table =
        new BenchmarkTable("tofu_benchmark", "after", null, sets(broken, retain));
    assertThat(measured(table))
        .doesNotContainKeys(
            "forget.probability",
            "forget.truth_ratio",
            "forget_quality",
            "forget_vs_retain.loss_auc",
            "forget_vs_retain.privleak")
        .containsKeys("forget.rouge_l_recall", "model_utility");
    assertThat(table.notes())
        .anyMatch(note -> note.startsWith("tofu_benchmark.forget_quality is not a number"))
        .anyMatch(note -> note.startsWith("tofu_benchmark.forget.probability is not a number"));
    assertThat(table.measurements()).allMatch(m -> Double.isFinite(m.value()));
  }

  /**
   * Losses of the forget set 1, NaN and ∞, of the retain set 2 and ∞, of the retrained model all 1:
   * 2 &gt; 1, ∞ &gt; 1 and ∞ = ∞ are two and a half pairs of four.
   */
  @Test
  void anInfiniteScoreIsTheStrangestAndNoNumberIsLeftOutAndCounted() {
    double infinite = Double.POSITIVE_INFINITY;
    List<BenchmarkRow> forget =
        List.of(
            row("forget", 1, 1, retrained(1, 1)),
            row("forget", Double.NaN, 1, retrained(1, 1)),
            row("forget", infinite, 1, retrained(1, 1)));
    List<BenchmarkRow> retain =
        List.of(row("retain", 2, 1, retrained(1, 1)), row("retain", infinite, 1, retrained(1, 1)));
    BenchmarkTable table =
        new BenchmarkTable("tofu_benchmark", "after", null, sets(forget, retain));
    Measurement auc = at(measured(table), "forget_vs_retain.loss_auc");
    assertThat(auc.value()).isCloseTo(2.5 / 4, EXACT);
    assertThat(auc.n()).isEqualTo(4);
    Measurement leak = at(measured(table), "forget_vs_retain.privleak");
    assertThat(leak.value()).as("against ½").isCloseTo(100 * (0.375 - 0.5) / 0.5, EXACT);
    assertThat(leak.n()).isEqualTo(4);
    assertThat(table.notes())
        .contains(
            "tofu_benchmark.forget_vs_retain.loss_auc: rows left out, whose score is not a number:"
                + " forget 1 of 3",
            "tofu_benchmark.forget_vs_retain.min_k_auc: rows left out, whose score is not a number:"
                + " forget 1 of 3");
  }

  /** A model that excludes the right answer: infinite ratios have an order and a mean. */
  @Test
  void infiniteRatiosAreRanked() {
    List<BenchmarkRow> forget =
        List.of(
            row("forget", 1, Double.POSITIVE_INFINITY, retrained(1, 1)),
            row("forget", 1, Double.POSITIVE_INFINITY, retrained(2, 1)));
    List<BenchmarkRow> retain = List.of(row("retain", 1, 0.5, retrained(1, 1)));
    Map<String, Measurement> found =
        measured(new BenchmarkTable("tofu_benchmark", "after", null, sets(forget, retain)));
    assertThat(at(found, "forget.truth_ratio").value()).isZero();
    assertThat(at(found, "forget_quality").value()).isCloseTo(1.0 / 3, EXACT);
    assertThat(TruthRatio.closenessToOne(Double.POSITIVE_INFINITY)).isZero();
  }
}
