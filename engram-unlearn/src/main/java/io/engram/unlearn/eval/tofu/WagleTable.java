package io.engram.unlearn.eval.tofu;

import io.engram.core.run.Measurement;
import io.engram.core.stats.KolmogorovSmirnov;
import io.engram.core.stats.MeanWithError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/**
 * The numbers of {@link WagleSuite} from its rows. One that isn't a number is left out and noted.
 */
final class WagleTable {
  private static final String FORGET = "forget";

  private final String stage;
  private final List<Measurement> measurements = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /**
   * Computes them.
   *
   * @param rows by the set's name, forget and retain set among them
   */
  WagleTable(String stage, Map<String, List<WagleRow>> rows) {
    this.stage = stage;
    rows.forEach(
        (set, own) -> {
          boolean kept = !set.equals(FORGET);
          double[] probabilities = each(own, WagleRow::probability);
          add(set + ".probability", MeanWithError.of(probabilities), "ratio", kept);
          double[] ratios = each(own, WagleRow::truthRatio);
          add(set + ".mean_truth_ratio", MeanWithError.of(ratios), "ratio", !kept);
        });
    addForgetQuality(
        each(Objects.requireNonNull(rows.get(FORGET)), WagleRow::truthRatio),
        each(Objects.requireNonNull(rows.get("retain")), WagleRow::truthRatio));
  }

  List<Measurement> measurements() {
    return measurements;
  }

  List<String> notes() {
    return notes;
  }

  private static double[] each(List<WagleRow> rows, ToDoubleFunction<WagleRow> value) {
    return rows.stream().mapToDouble(value).toArray();
  }

  private void addForgetQuality(double[] forget, double[] retain) {
    KolmogorovSmirnov.Result test = SameModelForgetQuality.of(forget, retain);
    double p = test == null ? Double.NaN : test.p();
    double log10 = test == null ? Double.NaN : test.log10P();
    int n = forget.length + retain.length;
    String metric = "same_model_forget_quality";
    add(metric, new MeanWithError(p, Double.NaN, n), "probability", false);
    add(metric + "_log10", new MeanWithError(log10, Double.NaN, n), "log10", false);
  }

  private void add(String metric, MeanWithError value, String unit, boolean higherIsBetter) {
    String id = WagleSuite.NAME + "." + metric;
    if (!Double.isFinite(value.mean())) {
      notes.add(id + " is not a number and left out: the model's log-probabilities aren't finite");
      return;
    }
    double error = value.standardError();
    measurements.add(
        new Measurement(
            stage,
            WagleSuite.NAME,
            id,
            value.mean(),
            unit,
            value.n(),
            higherIsBetter,
            Double.isFinite(error) ? Double.valueOf(error) : null));
  }
}
