package io.engram.cli.quickstart;

import io.engram.cli.output.MeasurementText;
import io.engram.cli.output.Table;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
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
 * @param measured a measure each
 */
record QuickstartResult(List<Measured> measured) {
  /** What is shown of the suite: forgotten, kept, and a single measure of each. */
  private static final Map<String, String> SHOWN =
      Map.of(
          "tofu.unlearning_completeness", "unlearning completeness (UC)",
          "tofu.model_utility_mean", "model utility (UT)",
          "tofu.forget.rouge_l_recall", "forget set, ROUGE-L recall",
          "tofu.retain.rouge_l_recall", "retain set, ROUGE-L recall");

  private static final List<String> ORDER =
      List.of(
          "tofu.unlearning_completeness",
          "tofu.model_utility_mean",
          "tofu.forget.rouge_l_recall",
          "tofu.retain.rouge_l_recall");

  /**
   * A measure as it was measured.
   *
   * @param before of the built-in model
   * @param npo after NPO
   * @param npoMrd after NPO + MRD
   */
  record Measured(Measurement before, Measurement npo, Measurement npoMrd) {
    private Row row() {
      return new Row(before.metric(), before.better(), before.value(), npo.value(), npoMrd.value());
    }

    private String[] cells() {
      return new String[] {
        Objects.requireNonNull(SHOWN.get(before.metric())),
        before.better(),
        before.unit(),
        Integer.toString(before.n()),
        MeasurementText.value(before),
        MeasurementText.value(npo),
        MeasurementText.value(npoMrd)
      };
    }
  }

  /**
   * A measure as {@code --json} gives it.
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
        ORDER.stream()
            .flatMap(metric -> Stream.ofNullable(measured(metric, npo, npoMrd)))
            .toList());
  }

  /** What {@code --json} gives. */
  List<Row> rows() {
    return measured.stream().map(Measured::row).toList();
  }

  /** As a table. */
  String text() {
    Table table = new Table("", "better", "unit", "n", "before ± SE", "NPO ± SE", "NPO + MRD ± SE");
    measured.forEach(each -> table.row(each.cells()));
    return table + "\nSE: standard error, over the n samples";
  }

  private static @Nullable Measured measured(
      String metric, Map<String, Measurement> npo, Map<String, Measurement> npoMrd) {
    Measurement before = npo.get("before " + metric);
    Measurement first = npo.get("after " + metric);
    Measurement second = npoMrd.get("after " + metric);
    return before == null || first == null || second == null
        ? null
        : new Measured(before, first, second);
  }

  private static Map<String, Measurement> measurements(Path folder) {
    try (RunFolder run = RunFolder.read(folder)) {
      return run.measurements().stream()
          .collect(Collectors.toMap(m -> m.stage() + " " + m.metric(), m -> m, (a, b) -> b));
    }
  }
}
