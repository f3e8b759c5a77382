package io.engram.unlearn.study;

import io.engram.core.settings.Choices;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import io.engram.unlearn.mrd.SweepSummary;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeWriter;
import io.engram.unlearn.run.Setup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes the page of a difficulty study from its rows. */
final class DifficultyFindings {
  private final Recipe recipe;
  private final DifficultyPlan plan;
  private final Setup setup;
  private final String modelHash;
  private final List<Criterion> criteria;
  private final StudyScores scores;
  private final List<DifficultyRow> rows;

  DifficultyFindings(
      Recipe recipe,
      DifficultyPlan plan,
      Setup setup,
      String modelHash,
      List<Criterion> criteria,
      StudyScores scores,
      List<DifficultyRow> rows) {
    this.recipe = recipe;
    this.plan = plan;
    this.setup = setup;
    this.modelHash = modelHash;
    this.criteria = criteria;
    this.scores = scores;
    this.rows = rows;
  }

  /**
   * The page.
   *
   * @param samples number of scored samples
   * @param further tables made elsewhere
   */
  Study study(int samples, List<StudyTable> further) {
    List<StudyTable> tables = new ArrayList<>();
    List<StudyFigure> figures = new ArrayList<>();
    Map<String, List<Prediction>> found = new LinkedHashMap<>();
    for (Criterion criterion : criteria) {
      List<Prediction> predictions = Prediction.all(rows, criterion.name(), recipe.seed());
      found.put(criterion.name(), predictions);
      figures.add(forest(criterion, predictions));
      tables.add(table(criterion, predictions));
    }
    String reading = plan.mainReading();
    DifficultyFigures of =
        new DifficultyFigures(rows, plan.groups() == 0 ? "sample" : "group", plan.suffix());
    figures.add(0, of.mrdAgainstUpdates(criteria.get(0), reading));
    figures.add(1, of.updates(criteria.get(0)));
    figures.add(2, of.change(criteria.get(0)));
    tables.addAll(further);
    tables.add(costs());
    return new Study(
        "Does MRD predict how many updates a sample needs%s?".formatted(plan.suffix()),
        question(),
        answer(found),
        facts(),
        figures,
        tables,
        limits(),
        provenance(samples));
  }

  private String question() {
    return String.format(
        Locale.ROOT,
        "%s from the same model by %s, and the updates counted until the mean loss was %s nats "
            + "per token. Which score, measured beforehand, ranks the samples as the updates do?",
        units(),
        Choices.nameOf(recipe.method()),
        plan.meanNats());
  }

  private String units() {
    if (plan.jointly()) {
      int drawn = recipe.budget().batch() * recipe.budget().accumulate();
      return "%d samples were unlearned jointly, %d per update in uniform order,"
          .formatted(rows.size(), Math.min(drawn, rows.size()));
    }
    return plan.groups() == 0
        ? rows.size() + " samples were unlearned one by one"
        : "%d groups of %d samples, drawn with replacement, were unlearned"
            .formatted(rows.size(), plan.groupSize());
  }

  private List<String> answer(Map<String, List<Prediction>> found) {
    List<String> sentences = new ArrayList<>();
    for (Criterion criterion : criteria) {
      List<Prediction> predictions = found.getOrDefault(criterion.name(), List.of());
      if (predictions.isEmpty()) {
        sentences.add("Criterion " + criterion.name() + ": too few samples met it.");
        continue;
      }
      Prediction best =
          predictions.stream()
              .max(Comparator.comparingDouble(p -> Math.abs(p.rho())))
              .orElseThrow();
      Prediction mrd =
          predictions.stream()
              .filter(p -> p.score().startsWith("mrd_"))
              .max(Comparator.comparingDouble(p -> Math.abs(p.rho())))
              .orElse(best);
      sentences.add(
          "Criterion %s: the score that matches the updates needed best is %s; among variants of MRD, %s."
              .formatted(criterion.name(), best.text(), mrd.text()));
    }
    return sentences;
  }

  private List<Study.Fact> facts() {
    List<Study.Fact> facts = new ArrayList<>();
    for (Criterion criterion : criteria) {
      double[] updates =
          rows.stream()
              .filter(row -> row.updates().containsKey(criterion.name()))
              .mapToDouble(row -> row.updates().get(criterion.name()))
              .sorted()
              .toArray();
      if (updates.length > 0) {
        facts.add(
            new Study.Fact(
                "updates needed, " + criterion.name(),
                String.format(Locale.ROOT, "%.1f", SweepSummary.median(updates)),
                String.format(
                    Locale.ROOT,
                    "median of %d; %.1f to %.1f",
                    updates.length,
                    updates[0],
                    updates[updates.length - 1])));
      }
    }
    return facts;
  }

  private StudyFigure forest(Criterion criterion, List<Prediction> predictions) {
    return new StudyFigure(
        "correlations-" + criterion.name().replace('_', '-'),
        "Scores against updates needed, criterion " + criterion.name() + plan.suffix(),
        List.of(
            "Spearman's ρ with a 95 % bootstrap interval (1,000 resamples of the samples). The "
                + "paper expects MRD near −1: a small MRD means many updates."),
        StudyFigure.Kind.FOREST,
        StudyFigure.Axis.linear("Spearman's ρ with updates needed", ""),
        StudyFigure.Axis.linear("score", ""),
        "95 % interval",
        List.of(
            StudyFigure.Series.of(
                "score",
                predictions.stream()
                    .map(
                        p ->
                            StudyFigure.Point.row(
                                p.score(), p.rho(), p.interval().low(), p.interval().high()))
                    .toList())));
  }

  private StudyTable table(Criterion criterion, List<Prediction> predictions) {
    List<StudyTable.Column> columns =
        StudyTable.Column.of(
            "score",
            "n",
            "Spearman's ρ",
            "95 %, low",
            "95 %, high",
            "ρ, length fixed",
            "ρ, length and loss fixed");
    return new StudyTable(
        "Criterion %s: %s at most %s%s%s"
            .formatted(
                criterion.name(),
                criterion.measure().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                criterion.threshold(),
                criterion.extraction() == null ? "" : ", EL at most " + criterion.extraction(),
                plan.suffix()),
        "Rank correlation of each score with the updates needed.",
        columns,
        predictions.stream().map(Prediction::cells).toList());
  }

  private StudyTable costs() {
    List<List<Object>> cells = new ArrayList<>();
    scores
        .seconds()
        .forEach(
            (name, seconds) ->
                cells.add(
                    List.of(
                        name,
                        seconds,
                        String.join("; ", scores.notes().getOrDefault(name, List.of())))));
    return new StudyTable(
        "What the scores cost",
        "All %d samples, on this machine. A pass that several scores share is counted with the first."
            .formatted(scores.values().values().iterator().next().length),
        List.of(
            StudyTable.Column.of("score"),
            new StudyTable.Column("time", "s"),
            StudyTable.Column.of("notes")),
        List.copyOf(cells));
  }

  private List<String> limits() {
    return List.of(
        plan.jointly()
            ? "One model, one state of memorisation, one seed, one run. Updates are those of the "
                + "run, most of which draw other samples. There is no retain loss. Predicted "
                + "updates assume a sample unlearned alone."
            : "One model, one state of memorisation, one seed. Each sample is unlearned alone, "
                + "without a retain loss.",
        "Updates are interpolated linearly between the last two, so that there are few ties.",
        plan.extraction()
            ? "el_ma is App. C.4's rule: MA and EL_10 below their averages at the start. EL is "
                + "only generated once MA is met, so if MA falls last, only MA is interpolated. "
                + "Answers shorter than ten tokens have no EL and are judged by MA."
            : "ma_average is the MA part of App. C.4's rule; its EL part is not used.");
  }

  private StudyProvenance provenance(int samples) {
    Map<String, String> more = new LinkedHashMap<>();
    more.put("command", setup.command());
    more.put("data", recipe.forget().data() + ", " + samples + " samples");
    more.put("device", setup.device().name());
    more.put("plan", plan.toString());
    return StudyProvenance.now(recipe.seed(), RecipeWriter.yaml(recipe), modelHash, more);
  }

  static double[] column(List<DifficultyRow> rows, String score) {
    double[] values = new double[rows.size()];
    Arrays.setAll(values, i -> rows.get(i).scores().getOrDefault(score, Double.NaN));
    return values;
  }
}
