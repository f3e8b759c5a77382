package io.engram.cli.quickstart;

import io.engram.cli.output.Table;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.stats.SignificantDigits;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What came of the two runs, in four lines and a heading.
 *
 * @param rows a measure each
 */
record QuickstartResult(List<Row> rows) {
  /** What is shown of the suite: forgotten, kept, and a single measure of each. */
  private static final Map<String, String> SHOWN =
      Map.of(
          "tofu.unlearning_completeness", "forgotten (unlearning completeness)",
          "tofu.model_utility_mean", "kept (model utility)",
          "tofu.forget.rouge_l_recall", "forget set, ROUGE-L recall",
          "tofu.retain.rouge_l_recall", "retain set, ROUGE-L recall");

  private static final List<String> ORDER =
      List.of(
          "tofu.unlearning_completeness",
          "tofu.model_utility_mean",
          "tofu.forget.rouge_l_recall",
          "tofu.retain.rouge_l_recall");

  /**
   * A measure.
   *
   * @param metric its id
   * @param better {@code higher} or {@code lower}
   * @param before of the built-in model
   * @param npo after NPO
   * @param npoMrd after NPO + MRD
   */
  record Row(String metric, String better, double before, double npo, double npoMrd) {}

  static QuickstartResult of(Path uniform, Path withMrd) {
    Map<String, Measurement> npo = measurements(uniform);
    Map<String, Measurement> npoMrd = measurements(withMrd);
    return new QuickstartResult(
        ORDER.stream().flatMap(metric -> Stream.ofNullable(row(metric, npo, npoMrd))).toList());
  }

  /** As a table. */
  String text() {
    Table table = new Table("", "better", "before", "NPO", "NPO + MRD");
    for (Row row : rows) {
      table.row(
          Objects.requireNonNull(SHOWN.get(row.metric())),
          row.better(),
          SignificantDigits.of(row.before()),
          SignificantDigits.of(row.npo()),
          SignificantDigits.of(row.npoMrd()));
    }
    return table.toString();
  }

  private static @Nullable Row row(
      String metric, Map<String, Measurement> npo, Map<String, Measurement> npoMrd) {
    Measurement before = npo.get("before " + metric);
    Measurement first = npo.get("after " + metric);
    Measurement second = npoMrd.get("after " + metric);
    return before == null || first == null || second == null
        ? null
        : new Row(metric, before.better(), before.value(), first.value(), second.value());
  }

  private static Map<String, Measurement> measurements(Path folder) {
    try (RunFolder run = RunFolder.read(folder)) {
      return run.measurements().stream()
          .collect(Collectors.toMap(m -> m.stage() + " " + m.metric(), m -> m, (a, b) -> b));
    }
  }
}
