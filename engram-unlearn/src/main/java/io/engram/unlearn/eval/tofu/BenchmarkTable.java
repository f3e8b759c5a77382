package io.engram.unlearn.eval.tofu;

import static io.engram.unlearn.eval.SuiteMetric.ratio;

import io.engram.core.metric.HarmonicMean;
import io.engram.core.metric.TruthRatio;
import io.engram.core.run.Measurement;
import io.engram.core.stats.KolmogorovSmirnov;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.Means;
import io.engram.unlearn.eval.Measurements;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.SuiteMetric;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Rouge;
import io.engram.unlearn.eval.tofu.BenchmarkRow.Truth;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Computes the suite's numbers from its rows, under their metric ids, without a model. */
final class BenchmarkTable {
  static final List<SuiteMetric> METRICS = metrics();

  private final Map<String, List<BenchmarkRow>> rows;
  private final @Nullable String cleanBy;
  private final String suite;
  private final Measurements measurements;
  private final List<String> notes = new ArrayList<>();

  /** Forgotten sentences should be unlikely, all others likely. */
  private static List<SuiteMetric> metrics() {
    List<SuiteMetric> metrics = new ArrayList<>();
    for (String set : List.of(TofuSet.FORGET, TofuSet.RETAIN)) {
      boolean kept = set.equals(TofuSet.RETAIN);
      for (String measure :
          List.of(
              "probability",
              "rouge_1_recall",
              "rouge_l_recall",
              "paraphrased_probability",
              "extraction_strength",
              "exact_memorization")) {
        metrics.add(ratio(set + "." + measure, kept));
      }
      metrics.add(ratio(set + ".truth_probability", kept).byChance(0.5));
      metrics.add(ratio(set + ".truth_ratio", true));
      metrics.add(ratio(set + ".truth_ratio_arithmetic", true));
      metrics.add(ratio(set + ".clean_text_probability", true));
    }
    for (String set : List.of(TofuSet.REAL_AUTHORS, TofuSet.WORLD_FACTS)) {
      for (String measure :
          List.of(
              "probability",
              "rouge_1_recall",
              "rouge_l_recall",
              "truth_ratio",
              "truth_ratio_arithmetic")) {
        metrics.add(ratio(set + "." + measure, true));
      }
      metrics.add(ratio(set + ".truth_probability", true).byChance(0.5));
    }
    metrics.add(ratio("model_utility", true));
    metrics.add(ratio("forget_quality", true).in("probability"));
    metrics.add(ratio("forget_quality_log10", true).in("log10"));
    metrics.add(ratio("forget_quality_ks", false));
    for (String others : List.of(TofuSet.RETAIN, TofuSet.HOLDOUT)) {
      String pair = "forget_vs_" + others + ".";
      Attacks.all()
          .keySet()
          .forEach(attack -> metrics.add(ratio(pair + attack + "_auc", false).byChance(0.5)));
      // Its best value is 0: it has no direction.
      metrics.add(new SuiteMetric(pair + "privleak", "percent", null, null));
    }
    return List.copyOf(metrics);
  }

  /**
   * Computes them.
   *
   * @param suite its name, with which metric ids begin
   * @param cleanBy what judged whether outputs are clean text; null: nothing
   * @param rows by the set's name; holdout may be missing
   */
  BenchmarkTable(
      String suite, String stage, @Nullable String cleanBy, Map<String, List<BenchmarkRow>> rows) {
    this.suite = suite;
    this.cleanBy = cleanBy;
    this.rows = rows;
    this.measurements = new Measurements(suite, stage, METRICS);
    addAnswers(TofuSet.FORGET, TruthRatio::closenessToOne);
    addAnswers(TofuSet.RETAIN, TruthRatio::preferenceForTruth);
    addFacts(TofuSet.REAL_AUTHORS);
    addFacts(TofuSet.WORLD_FACTS);
    measurements.add(
        "model_utility",
        Utility.of(
            List.of(kept(TofuSet.RETAIN), kept(TofuSet.REAL_AUTHORS), kept(TofuSet.WORLD_FACTS))));
    addForgetQuality();
    addAttacks(TofuSet.RETAIN, false);
    if (rows.containsKey(TofuSet.HOLDOUT)) {
      addAttacks(TofuSet.HOLDOUT, true);
    }
  }

  List<Measurement> measurements() {
    return measurements.all();
  }

  /** What was omitted, and why. */
  List<String> notes() {
    List<String> all = new ArrayList<>(measurements.notes());
    all.addAll(notes);
    return all;
  }

  private List<BenchmarkRow> rows(String set) {
    return Objects.requireNonNull(rows.get(set));
  }

  /** Measures of whole sentences. */
  private void addAnswers(String set, DoubleUnaryOperator truthRatio) {
    addMean(set, "probability", row -> row.recall().probability());
    addRouge(set);
    addMean(set, "paraphrased_probability", row -> truth(row).rightProbability());
    addTruthRatios(set, truthRatio);
    addMean(set, "extraction_strength", row -> row.recall().extractionStrength());
    double[] memorized =
        rows(set).stream()
            .map(row -> row.recall().exactMemorization())
            .filter(Objects::nonNull)
            .mapToDouble(Objects::requireNonNull)
            .toArray();
    measurements.add(set + ".exact_memorization", MeanWithError.of(memorized));
    if (cleanBy != null) {
      double[] clean =
          rows(set).stream().mapToDouble(r -> Objects.requireNonNull(r.cleanText())).toArray();
      measurements.add(set + ".clean_text_probability", MeanWithError.of(clean), cleanBy);
    }
  }

  private void addFacts(String set) {
    addMean(set, "probability", row -> truth(row).amongOptions());
    addRouge(set);
    addTruthRatios(set, TruthRatio::preferenceForTruth);
  }

  private void addRouge(String set) {
    addMean(set, "rouge_1_recall", row -> rouge(row).recall1());
    addMean(set, "rouge_l_recall", row -> rouge(row).recallL());
  }

  private void addTruthRatios(String set, DoubleUnaryOperator aggregate) {
    addMean(set, "truth_ratio", row -> aggregate.applyAsDouble(truth(row).ratio()));
    addMean(
        set,
        "truth_ratio_arithmetic",
        row -> aggregate.applyAsDouble(truth(row).ratioArithmetic()));
    addMean(set, "truth_probability", row -> TruthRatio.shareOfTruth(truth(row).ratio()));
  }

  /** The three measures of each row that make up model utility. */
  private double[][] kept(String set) {
    boolean sentences = set.equals(TofuSet.RETAIN);
    return rows(set).stream()
        .map(
            row ->
                new double[] {
                  sentences ? row.recall().probability() : truth(row).amongOptions(),
                  rouge(row).recallL(),
                  TruthRatio.preferenceForTruth(truth(row).ratio())
                })
        .toArray(double[][]::new);
  }

  private void addForgetQuality() {
    List<BenchmarkRow> forget = rows(TofuSet.FORGET);
    if (forget.stream().anyMatch(row -> row.retrained() == null)) {
      return;
    }
    double[] own = forget.stream().mapToDouble(row -> truth(row).ratio()).toArray();
    double[] retrained = forget.stream().mapToDouble(BenchmarkTable::retrainedRatio).toArray();
    KolmogorovSmirnov.Result test = ForgetQuality.of(own, retrained);
    if (test == null) {
      measurements.add("forget_quality", Double.NaN, own.length);
      return;
    }
    measurements.add("forget_quality", test.p(), own.length);
    measurements.add("forget_quality_log10", test.log10P(), own.length);
    measurements.add("forget_quality_ks", test.statistic(), own.length);
  }

  private void addAttacks(String others, boolean unseen) {
    String set = "forget_vs_" + others;
    boolean retrained = rows(TofuSet.FORGET).stream().allMatch(r -> r.retrained() != null);
    Attacks.all().forEach((name, score) -> addAttack(set + "." + name + "_auc", score, others));
    if (retrained || unseen) {
      MeanWithError leak = Attacks.privLeak(rows(TofuSet.FORGET), rows(others), unseen);
      measurements.add(set + ".privleak", leak);
    }
  }

  private void addAttack(String metric, Attacks.Score score, String others) {
    List<BenchmarkRow> forget = rows(TofuSet.FORGET);
    if (forget.stream().anyMatch(row -> score.apply(row) != null)) {
      measurements.add(metric, Attacks.auc(score, forget, rows(others)));
      notes.addAll(
          new RowCounts()
              .count(TofuSet.FORGET, forget, row -> Attacks.isBroken(score, row))
              .count(others, rows(others), row -> Attacks.isBroken(score, row))
              .note(suite + "." + metric + ": rows left out, whose score is not a number"));
    }
  }

  private static Truth truth(BenchmarkRow row) {
    return Objects.requireNonNull(row.truth());
  }

  private static Rouge rouge(BenchmarkRow row) {
    return Objects.requireNonNull(row.rouge());
  }

  private static double retrainedRatio(BenchmarkRow row) {
    return Objects.requireNonNull(Objects.requireNonNull(row.retrained()).truthRatio());
  }

  private void addMean(String set, String measure, ToDoubleFunction<BenchmarkRow> value) {
    double[] values = rows(set).stream().mapToDouble(value).toArray();
    measurements.add(set + "." + measure, MeanWithError.of(values));
  }

  /**
   * TOFU's model utility: the harmonic mean of probability, ROUGE-L recall and truth ratio on
   * retain set, real authors and world facts, nine numbers. It is 0 if one of them is.
   *
   * <p><b>Source:</b> Maini et al.: TOFU, a task of fictitious unlearning for LLMs (2024).
   */
  static final class Utility {
    private Utility() {}

    /**
     * Computes it with the error of its linear part, {@code Σ_j ∂H/∂x_j · x_j}, over the rows of
     * each set: the three measures of a set come from the same rows and vary together.
     *
     * @param sets each set's rows, {@code [rows][measures]}
     * @return the error is NaN if H is 0
     */
    static MeanWithError of(List<double[][]> sets) {
      double[] means = sets.stream().flatMapToDouble(rows -> Arrays.stream(means(rows))).toArray();
      double[] slopes = HarmonicMean.slopes(means);
      List<double[]> parts = new ArrayList<>();
      int first = 0;
      for (double[][] rows : sets) {
        int from = first;
        parts.add(Arrays.stream(rows).mapToDouble(row -> weighted(row, slopes, from)).toArray());
        first += means.length / sets.size();
      }
      MeanWithError linear = Means.sum(parts);
      return new MeanWithError(HarmonicMean.of(means), linear.standardError(), linear.n());
    }

    private static double[] means(double[][] rows) {
      double[] means = new double[rows[0].length];
      for (double[] row : rows) {
        for (int j = 0; j < means.length; j++) {
          means[j] += row[j] / rows.length;
        }
      }
      return means;
    }

    private static double weighted(double[] row, double[] slopes, int from) {
      double sum = 0;
      for (int j = 0; j < row.length; j++) {
        sum += slopes[from + j] * row[j];
      }
      return sum;
    }
  }
}
