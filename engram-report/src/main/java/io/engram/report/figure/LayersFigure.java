package io.engram.report.figure;

import io.engram.core.run.AuditSummary;
import io.engram.core.run.AuditSummary.Attacked;
import io.engram.core.text.NumberText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How well the answers can be told from the hidden states, layer by layer, in an audit. */
public final class LayersFigure {
  private static final int HEIGHT = 210;

  /** The names of an audit's curves: {@code layer_03}, {@code layer_03_before}. */
  private static final String LAYER = "layer_%02d%s";

  private static final String ERASED = "erased";

  /** The attacks that have curves, and what stands above them. */
  private static final Map<String, String> TITLES = titles();

  private static Map<String, String> titles() {
    Map<String, String> titles = new LinkedHashMap<>();
    titles.put("logit_lens", "Read by the original's LM head");
    titles.put("depth", "Put into the original");
    return titles;
  }

  private LayersFigure() {}

  /** A model. */
  private enum Model {
    BEFORE("before", "_before", Palette.BEFORE, false),
    AFTER("after", "", Palette.colour(0), false),
    NEVER_SAW("never saw the requests", "_never_saw", Palette.colour(1), true);

    private final String label;
    private final String ending;
    private final String colour;
    private final boolean dashed;

    Model(String label, String ending, String colour, boolean dashed) {
      this.label = label;
      this.ending = ending;
      this.colour = colour;
      this.dashed = dashed;
    }
  }

  /** A curve's point. */
  record Point(String model, int layer, double value) {}

  /**
   * Of an audit; empty if it has no curves.
   *
   * @param id anchor on the page
   */
  public static Optional<Figure> of(@Nullable AuditSummary audit, String id) {
    List<Figure.Panel> panels = new ArrayList<>();
    List<List<Cell>> rows = new ArrayList<>();
    List<String> shares = new ArrayList<>();
    List<Model> shown = new ArrayList<>();
    for (Attacked attack : audit == null ? List.<Attacked>of() : audit.attacks()) {
      String title = TITLES.get(attack.name());
      List<Point> points = points(attack);
      if (title == null || points.isEmpty()) {
        continue;
      }
      Arrays.stream(Model.values())
          .filter(m -> !shown.contains(m))
          .filter(m -> points.stream().anyMatch(p -> p.model().equals(m.label)))
          .forEach(shown::add);
      panels.add(
          new Figure.Panel(title, Vega.spec(title + ", layer by layer.", HEIGHT, view(), points)));
      points.forEach(p -> rows.add(row(title, p)));
      Double erased = attack.facts().get(ERASED);
      if (erased != null) {
        shares.add("%s %% (%s)".formatted(NumberText.fixed(100 * erased, 0), lowered(title)));
      }
    }
    return panels.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Figure(
                id,
                "What the hidden states still hold",
                caption(shares),
                shown.stream().map(m -> new Figure.Key(m.label, m.colour, "line", false)).toList(),
                panels,
                new DataTable(
                    "Log-probability of names and numbers in the answers, by layer",
                    false,
                    List.of(
                        DataTable.words("How"),
                        DataTable.words("Model"),
                        DataTable.numbers("Layer", ""),
                        DataTable.numbers("Log-probability", "nats a token")),
                    rows)));
  }

  private static List<Point> points(Attacked attack) {
    List<Point> points = new ArrayList<>();
    for (Model model : Model.values()) {
      int layer = 1;
      Double value = attack.facts().get(LAYER.formatted(layer, model.ending));
      while (value != null) {
        points.add(new Point(model.label, layer, value));
        layer++;
        value = attack.facts().get(LAYER.formatted(layer, model.ending));
      }
    }
    return points;
  }

  private static String lowered(String title) {
    return title.substring(0, 1).toLowerCase(Locale.ROOT) + title.substring(1);
  }

  private static List<String> caption(List<String> shares) {
    List<String> caption = new ArrayList<>();
    caption.add(
        "How probable the names and numbers of the right answers are, going by the hidden states after each layer alone. A curve that stays near the one before means that the model still has them, whatever it answers.");
    if (!shares.isEmpty()) {
      caption.add(
          "Of what a model that never saw the requests lacks, this one has lost %s."
              .formatted(String.join(" and ", shares)));
    }
    return caption;
  }

  private static String view() {
    String labels = Vega.json(Arrays.stream(Model.values()).map(m -> m.label).toList());
    String colours = Vega.json(Arrays.stream(Model.values()).map(m -> m.colour).toList());
    String dashes =
        Vega.json(
            Arrays.stream(Model.values()).map(m -> m.dashed ? List.of(6, 2) : List.of()).toList());
    return """
    {
      "mark": {"type": "line", "strokeWidth": 2, "point": {"size": 18}, "tooltip": true},
      "encoding": {
        "x": {"field": "layer", "type": "quantitative", "title": "layer", "scale": {"nice": false}, "axis": {"tickMinStep": 1, "grid": false}},
        "y": {"field": "value", "type": "quantitative", "title": "log-probability, nats a token", "scale": {"zero": false}},
        "color": {"field": "model", "legend": null, "scale": {"domain": %s, "range": %s}},
        "strokeDash": {"field": "model", "legend": null, "scale": {"domain": %s, "range": %s}}
      }
    }\
    """
        .formatted(labels, colours, labels, dashes);
  }

  private static List<Cell> row(String title, Point point) {
    return List.of(
        Cell.text(title),
        Cell.text(point.model()),
        Cell.count(point.layer()),
        Cell.measured(point.value(), 3));
  }
}
