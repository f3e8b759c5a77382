package io.engram.unlearn.study;

import io.engram.core.sample.Sample;
import io.engram.core.stats.Bootstrap;
import io.engram.core.study.StudyTable;
import io.engram.unlearn.characteristic.Characteristic;
import io.engram.unlearn.characteristic.CharacteristicTable;
import io.engram.unlearn.characteristic.CharacteristicTable.Row;
import io.engram.unlearn.characteristic.RareWords;
import io.engram.unlearn.characteristic.SampleCharacteristics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Table 7: MRD by characteristics of the samples' texts.
 *
 * <p><b>Source:</b> section 4.2, Table 7.
 */
public final class CharacteristicFindings {
  private CharacteristicFindings() {}

  /** A sample as one text, as in Table 7; null for token ids. */
  public static @Nullable String text(Sample sample) {
    Sample.Content content = sample.content();
    if (content instanceof Sample.Asked asked) {
      return asked.question() + " " + asked.answer();
    }
    return content instanceof Sample.PlainText plain ? plain.text() : null;
  }

  /**
   * One row per characteristic.
   *
   * @param texts texts of the samples, in order
   * @param trainingTexts the model's training texts, as far as known
   * @param logProbs ℓ_t of each sample, nats
   * @param mrd MRD of each sample
   */
  public static List<Row> rows(
      List<String> texts,
      List<String> trainingTexts,
      List<double[]> logProbs,
      double[] mrd,
      long seed) {
    RareWords rare = new RareWords(RareWords.mostFrequent(RareWords.FREQUENT));
    List<Characteristic> characteristics =
        new SampleCharacteristics(trainingTexts, rare).of(texts, logProbs);
    return CharacteristicTable.of(mrd, characteristics, seed).rows();
  }

  /**
   * The rows as a table.
   *
   * @param reading which variant of MRD it shows
   */
  public static StudyTable table(List<Row> found, String reading) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Row row : found) {
      rows.add(cells(row));
    }
    return new StudyTable(
        "MRD by characteristics of the samples (Table 7)",
        reading
            + ". High and low follow the paper's rules, on all samples instead of 40. Intervals "
            + "come from a bootstrap over samples. Frequency is counted in the retain and forget "
            + "sets.",
        StudyTable.Column.of(
            "characteristic",
            "low, n",
            "low, mean MRD",
            "±",
            "high, n",
            "high, mean MRD",
            "±",
            "high − low, 95 %",
            "Cliff's δ",
            "Spearman's ρ, 95 %",
            "remarks"),
        rows);
  }

  private static List<@Nullable Object> cells(Row row) {
    List<@Nullable Object> cells = new ArrayList<>();
    cells.add(row.name());
    addLevel(cells, row.low());
    addLevel(cells, row.high());
    Row.Contrast contrast = row.contrast();
    cells.add(contrast == null ? null : number(contrast.difference(), contrast.interval()));
    cells.add(contrast == null ? null : contrast.cliffsDelta());
    Row.Correlation correlation = row.correlation();
    cells.add(
        correlation == null ? null : number(correlation.spearmanRho(), correlation.interval()));
    cells.add(row.remarks().isEmpty() ? null : String.join("; ", row.remarks()));
    return cells;
  }

  private static void addLevel(List<@Nullable Object> cells, Row.Level level) {
    cells.add(level.n());
    cells.add(level.meanMrd());
    cells.add(level.standardError());
  }

  private static String number(double value, Bootstrap.Interval interval) {
    return String.format(Locale.ROOT, "%.3g [%.3g, %.3g]", value, interval.low(), interval.high());
  }
}
