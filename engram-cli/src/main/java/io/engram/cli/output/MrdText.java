package io.engram.cli.output;

import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.core.text.NumberText;
import io.engram.unlearn.mrd.EstimatorSection;
import io.engram.unlearn.mrd.MrdMeasurement;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The samples that are hardest and easiest to forget, with what MRD is and how it was estimated.
 */
public final class MrdText {
  private static final int TEXT_WIDTH = 90;

  private MrdText() {}

  /** So many of each end, fewer where there are fewer than twice as many samples. */
  public static String of(
      MrdMeasurement.Result found, List<Sample> samples, EstimatorSection settings, int ofEachEnd) {
    List<MrdRow> rows = found.rows();
    Map<String, Sample> byId =
        samples.stream().collect(Collectors.toMap(Sample::id, Function.identity()));
    List<MrdRow> hardestFirst =
        rows.stream().sorted(Comparator.comparingDouble(MrdRow::mrd)).toList();
    int shown = Math.min(ofEachEnd, (rows.size() + 1) / 2);
    List<MrdRow> hardest = hardestFirst.subList(0, shown);
    List<MrdRow> easiest = hardestFirst.subList(Math.max(shown, rows.size() - shown), rows.size());
    return String.join(
        "\n",
        head(found, settings),
        "",
        "Hardest to forget:",
        table(hardest, byId),
        "",
        "Easiest to forget:",
        table(
            easiest.stream().sorted(Comparator.comparingDouble(MrdRow::mrd).reversed()).toList(),
            byId));
  }

  private static String head(MrdMeasurement.Result found, EstimatorSection settings) {
    String what =
        """
        MRD (Memory Removal Difficulty): how far the log-probabilities of a sample's tokens move,
        relative to themselves, when Gaussian noise is added to all weights. Small = hard to forget.
        %d samples; σ = %s, %d draws, estimator %s (absolute value %s, %s over tokens, scope %s).\
        """
            .formatted(
                found.rows().size(),
                NumberText.plain(found.sigma()),
                found.passes(),
                word(settings.name()),
                word(settings.absolute()),
                word(settings.tokens()),
                word(settings.scope()));
    return String.join("\n", Stream.concat(Stream.of(what), found.notes().stream()).toList());
  }

  private static String table(List<MrdRow> rows, Map<String, Sample> byId) {
    Table table = new Table("MRD", "±", "tokens", "id", "sample");
    for (MrdRow row : rows) {
      Sample sample = byId.get(row.id());
      table.row(
          NumberText.plain(row.mrd()),
          NumberText.plain(row.standardError()),
          Integer.toString(row.tokens()),
          row.id(),
          sample == null ? "" : Excerpt.of(sample, TEXT_WIDTH));
    }
    return table.toString();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
