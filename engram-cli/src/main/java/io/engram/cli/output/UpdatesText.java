package io.engram.cli.output;

import io.engram.core.run.PredictedUpdatesRow;
import io.engram.core.sample.Sample;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The samples that are expected to need most and fewest updates, with what was predicted. */
public final class UpdatesText {
  private static final int TEXT_WIDTH = 90;

  private UpdatesText() {}

  /** So many of each end, fewer where there are fewer than twice as many samples. */
  public static String of(
      List<PredictedUpdatesRow> rows, List<String> notes, List<Sample> samples, int ofEachEnd) {
    Map<String, Sample> byId =
        samples.stream().collect(Collectors.toMap(Sample::id, Function.identity()));
    List<PredictedUpdatesRow> easiestFirst =
        rows.stream()
            .sorted(Comparator.comparingDouble(PredictedUpdatesRow::predictedUpdates))
            .toList();
    List<PredictedUpdatesRow> hardestFirst =
        rows.stream()
            .sorted(Comparator.comparingDouble(PredictedUpdatesRow::predictedUpdates).reversed())
            .toList();
    int shown = Math.min(ofEachEnd, (rows.size() + 1) / 2);
    List<String> lines = new ArrayList<>();
    lines.add(
        """
        Predicted updates: how many updates of gradient ascent on a sample alone would make the model
        forget it, from one gradient and one look along it. Large = hard to forget. Not MRD.
        %d samples.\
        """
            .formatted(rows.size()));
    lines.addAll(notes);
    lines.addAll(List.of("", "Hardest to forget:", table(hardestFirst.subList(0, shown), byId)));
    int others = Math.min(shown, rows.size() - shown);
    lines.addAll(List.of("", "Easiest to forget:", table(easiestFirst.subList(0, others), byId)));
    return String.join("\n", lines);
  }

  private static String table(List<PredictedUpdatesRow> rows, Map<String, Sample> byId) {
    Table table = new Table("predicted updates", "loss", "tokens", "id", "sample");
    for (PredictedUpdatesRow row : rows) {
      Sample sample = byId.get(row.id());
      table.row(
          NumberText.plain(row.predictedUpdates()),
          NumberText.plain(row.loss()),
          Integer.toString(row.tokens()),
          row.id(),
          sample == null ? "" : Excerpt.of(sample, TEXT_WIDTH));
    }
    return table.toString();
  }
}
