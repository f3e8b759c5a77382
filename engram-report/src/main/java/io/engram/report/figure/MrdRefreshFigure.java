package io.engram.report.figure;

import io.engram.core.run.MrdRow;
import io.engram.core.text.NumberText;
import io.engram.report.run.RunContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How MRD changed during unlearning: quartiles at each refresh. */
public final class MrdRefreshFigure {
  private static final int HEIGHT = 220;

  private MrdRefreshFigure() {}

  /** Quartiles of the forget set's MRD before an epoch. */
  record Epoch(String run, int epoch, double lower, double median, double upper, int n) {}

  /** Empty if no run computed MRD more than once. */
  public static Optional<Figure> of(List<RunContents> runs) {
    List<Epoch> epochs = new ArrayList<>();
    List<String> colours = new ArrayList<>();
    List<RunContents> refreshed = runs.stream().filter(run -> run.mrd().size() > 1).toList();
    for (RunContents run : refreshed) {
      colours.add(Palette.colour(run.look().index()));
      for (Map.Entry<Integer, List<MrdRow>> entry : run.mrd().entrySet()) {
        epochs.add(epoch(run.label(), entry.getKey(), entry.getValue()));
      }
    }
    if (epochs.isEmpty()) {
      return Optional.empty();
    }
    List<Figure.Key> keys =
        refreshed.stream()
            .map(RunContents::look)
            .map(
                look -> new Figure.Key(look.label(), Palette.colour(look.index()), "circle", false))
            .distinct()
            .toList();
    List<String> labels = refreshed.stream().map(RunContents::label).toList();
    return Optional.of(
        new Figure(
            "mrd-refreshes",
            "MRD while the model forgets",
            List.of(
                "The line is the median over the forget set, the band its middle half, each time"
                    + " MRD was computed anew. Epoch 0 is the model before the first update."),
            keys,
            List.of(
                new Figure.Panel(
                    "",
                    Vega.spec(
                        "Quartiles of MRD at each refresh.",
                        HEIGHT,
                        view(labels, colours),
                        epochs))),
            table(epochs)));
  }

  static Epoch epoch(String run, int epoch, List<MrdRow> rows) {
    double[] values = MrdDistributionFigure.values(rows);
    MrdDistributionFigure.Quartiles quartiles = MrdDistributionFigure.Quartiles.of(values);
    return new Epoch(
        run, epoch, quartiles.lower(), quartiles.median(), quartiles.upper(), values.length);
  }

  private static String view(List<String> labels, List<String> colours) {
    String colour =
        "\"color\": {\"field\": \"run\", \"legend\": null, \"scale\": {\"domain\": %s, \"range\": %s}}"
            .formatted(Vega.json(labels), Vega.json(colours));
    return """
    {
      "encoding": {
        "x": {"field": "epoch", "type": "ordinal", "title": "epoch", "scale": {"type": "point", "padding": 0.1}, "axis": {"labelAngle": 0, "grid": false}},
        %s
      },
      "layer": [
        {"mark": {"type": "area", "opacity": 0.18},
         "encoding": {"y": {"field": "lower", "type": "quantitative"}, "y2": {"field": "upper"}}},
        {"mark": {"type": "line", "strokeWidth": 2, "point": {"size": 40}},
         "encoding": {"y": {"field": "median", "type": "quantitative", "title": "MRD", "scale": {"zero": true}},
           "tooltip": [{"field": "run"}, {"field": "epoch"}, {"field": "median", "format": ".4~g"},
             {"field": "lower", "title": "25 %%", "format": ".4~g"}, {"field": "upper", "title": "75 %%", "format": ".4~g"}]}}
      ]
    }\
    """
        .formatted(colour);
  }

  private static DataTable table(List<Epoch> epochs) {
    List<List<Cell>> rows =
        epochs.stream()
            .map(
                e ->
                    List.of(
                        Cell.text(e.run()),
                        Cell.count(e.epoch()),
                        Cell.estimated(NumberText.significant(e.lower()), e.lower()),
                        Cell.estimated(NumberText.significant(e.median()), e.median()),
                        Cell.estimated(NumberText.significant(e.upper()), e.upper()),
                        Cell.count(e.n())))
            .toList();
    return new DataTable(
        "Quartiles of MRD at each refresh",
        false,
        List.of(
            DataTable.words("Run"),
            DataTable.numbers("Epoch", ""),
            DataTable.numbers("25 %", "MRD"),
            DataTable.numbers("Median", "MRD"),
            DataTable.numbers("75 %", "MRD"),
            DataTable.numbers("n", "samples")),
        rows);
  }
}
