package io.engram.unlearn.eval.benchmark;

import io.engram.core.metric.TruthRatio;
import io.engram.core.run.Measurement;
import io.engram.core.stats.KolmogorovSmirnov;
import io.engram.core.stats.MeanWithError;
import io.engram.unlearn.eval.RowCounts;
import io.engram.unlearn.eval.benchmark.BenchmarkRow.Rouge;
import io.engram.unlearn.eval.benchmark.BenchmarkRow.Truth;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The suite's numbers from its rows, under their metric ids. Knows of no model. */
final class BenchmarkTable {
  private static final String RATIO = "ratio";

  private final String suite;
  private final String stage;
  private final @Nullable String cleanBy;
  private final Map<String, List<BenchmarkRow>> rows;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Computes them.
   *
   * @param suite its name, which metric ids begin with
   * @param cleanBy what judged whether outputs are text; null: nothing did
   * @param rows by the set's name; holdout may be missing
   */
  BenchmarkTable(
      String suite, String stage, @Nullable String cleanBy, Map<String, List<BenchmarkRow>> rows) {
    this.suite = suite;
    this.stage = stage;
    this.cleanBy = cleanBy;
    this.rows = rows;
    addAnswers(BenchmarkSet.FORGET, false);
    addAnswers(BenchmarkSet.RETAIN, true);
    addFacts(BenchmarkSet.REAL_AUTHORS);
    addFacts(BenchmarkSet.WORLD_FACTS);
    add(
        "model_utility",
        BenchmarkUtility.of(
            List.of(
                kept(BenchmarkSet.RETAIN),
                kept(BenchmarkSet.REAL_AUTHORS),
                kept(BenchmarkSet.WORLD_FACTS))),
        RATIO,
        true);
    addForgetQuality();
    addAttacks(BenchmarkSet.RETAIN, false);
    if (rows.containsKey(BenchmarkSet.HOLDOUT)) {
      addAttacks(BenchmarkSet.HOLDOUT, true);
    }
  }

  List<Measurement> measurements() {
    return measurements;
  }

  /** What was left out, and why. */
  List<String> notes() {
    return notes;
  }

  private List<BenchmarkRow> rows(String set) {
    return Objects.requireNonNull(rows.get(set));
  }

  /** Measures of whole sentences; {@code kept}: whether the model should know them. */
  private void addAnswers(String set, boolean kept) {
    addMean(set, "probability", kept, row -> row.recall().probability());
    addRouge(set, kept);
    addMean(set, "paraphrased_probability", kept, row -> truth(row).rightProbability());
    addTruthRatios(set, kept, kept ? TruthRatio::preferenceForTruth : TruthRatio::closenessToOne);
    addMean(set, "extraction_strength", kept, row -> row.recall().extractionStrength());
    double[] memorized =
        rows(set).stream()
            .map(row -> row.recall().exactMemorization())
            .filter(Objects::nonNull)
            .mapToDouble(Objects::requireNonNull)
            .toArray();
    add(set + ".exact_memorization", MeanWithError.of(memorized), RATIO, kept);
    if (cleanBy != null) {
      double[] clean =
          rows(set).stream().mapToDouble(r -> Objects.requireNonNull(r.cleanText())).toArray();
      add(set + ".clean_text_probability", MeanWithError.of(clean), RATIO, true, cleanBy);
    }
  }

  private void addFacts(String set) {
    addMean(set, "probability", true, row -> truth(row).amongOptions());
    addRouge(set, true);
    addTruthRatios(set, true, TruthRatio::preferenceForTruth);
  }

  private void addRouge(String set, boolean kept) {
    addMean(set, "rouge_1_recall", kept, row -> rouge(row).recall1());
    addMean(set, "rouge_l_recall", kept, row -> rouge(row).recallL());
  }

  private void addTruthRatios(String set, boolean kept, DoubleUnaryOperator aggregate) {
    addMean(set, "truth_ratio", true, row -> aggregate.applyAsDouble(truth(row).ratio()));
    addMean(
        set,
        "truth_ratio_arithmetic",
        true,
        row -> aggregate.applyAsDouble(truth(row).ratioArithmetic()));
    addMean(set, "truth_probability", kept, row -> TruthRatio.shareOfTruth(truth(row).ratio()));
  }

  /** The three measures of each row that model utility is made of. */
  private double[][] kept(String set) {
    boolean sentences = set.equals(BenchmarkSet.RETAIN);
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
    List<BenchmarkRow> forget = rows(BenchmarkSet.FORGET);
    if (forget.stream().anyMatch(row -> row.retrained() == null)) {
      return;
    }
    double[] own = forget.stream().mapToDouble(row -> truth(row).ratio()).toArray();
    double[] retrained = forget.stream().mapToDouble(BenchmarkTable::retrainedRatio).toArray();
    if (!ForgetQuality.isComparable(own, retrained)) {
      leftOut("forget_quality");
      return;
    }
    KolmogorovSmirnov.Result test = ForgetQuality.of(own, retrained);
    add("forget_quality", exactly(test.p(), own.length), "probability", true);
    add("forget_quality_log10", exactly(test.log10P(), own.length), "log10", true);
    add("forget_quality_ks", exactly(test.statistic(), own.length), RATIO, false);
  }

  /** PrivLeak has no direction: its best value is 0. */
  private void addAttacks(String others, boolean unseen) {
    String set = "forget_vs_" + others;
    boolean retrained = rows(BenchmarkSet.FORGET).stream().allMatch(r -> r.retrained() != null);
    Attacks.all().forEach((name, score) -> addAttack(set + "." + name + "_auc", score, others));
    if (retrained || unseen) {
      MeanWithError leak = Attacks.privLeak(rows(BenchmarkSet.FORGET), rows(others), unseen);
      add(set + ".privleak", leak, "percent", null);
    }
  }

  private void addAttack(String metric, Attacks.Score score, String others) {
    List<BenchmarkRow> forget = rows(BenchmarkSet.FORGET);
    if (forget.stream().anyMatch(row -> score.apply(row) != null)) {
      add(metric, Attacks.auc(score, forget, rows(others)), RATIO, false);
      notes.addAll(
          new RowCounts()
              .count(BenchmarkSet.FORGET, forget, row -> Attacks.isBroken(score, row))
              .count(others, rows(others), row -> Attacks.isBroken(score, row))
              .note(suite + "." + metric + ": rows left out, whose score is not a number"));
    }
  }

  private static MeanWithError exactly(double value, int n) {
    return new MeanWithError(value, Double.NaN, n);
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

  private void addMean(
      String set, String measure, boolean higherIsBetter, ToDoubleFunction<BenchmarkRow> value) {
    double[] values = rows(set).stream().mapToDouble(value).toArray();
    add(set + "." + measure, MeanWithError.of(values), RATIO, higherIsBetter);
  }

  private void add(
      String metric, MeanWithError value, String unit, @Nullable Boolean higherIsBetter) {
    add(metric, value, unit, higherIsBetter, null);
  }

  private void add(
      String metric,
      MeanWithError value,
      String unit,
      @Nullable Boolean higherIsBetter,
      @Nullable String judgedBy) {
    if (!Double.isFinite(value.mean())) {
      leftOut(metric);
      return;
    }
    double error = value.standardError();
    measurements.add(
        new Measurement(
            stage,
            suite,
            suite + "." + metric,
            value.mean(),
            unit,
            value.n(),
            higherIsBetter,
            Double.isFinite(error) ? Double.valueOf(error) : null,
            judgedBy));
  }

  private void leftOut(String metric) {
    notes.add(
        suite
            + "."
            + metric
            + " is not a number and left out: log-probabilities that it rests on aren't finite, or"
            + " it divides by 0");
  }
}
