package io.engram.unlearn.study.measures;

import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.RankCorrelation;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyProvenance;
import io.engram.core.study.StudyTable;
import io.engram.core.text.NumberText;
import io.engram.unlearn.study.measures.ModelRow.Look;
import io.engram.unlearn.study.measures.ModelRow.State;
import io.engram.unlearn.study.measures.PublishedMeasures.Published;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a study of measures found, from the rows of its models. */
final class MeasuresFindings {
  private static final double NORMAL_95 = 1.96;
  private static final int FEWEST_COMPARED = 4;

  private final MeasuresPlan plan;
  private final List<ModelRow> rows;
  private final int asked;

  /**
   * From these models.
   *
   * @param asked samples that each was asked about
   */
  MeasuresFindings(MeasuresPlan plan, List<ModelRow> rows, int asked) {
    this.plan = plan;
    this.rows = List.copyOf(rows);
    this.asked = asked;
  }

  /** The page. */
  Study study(StudyProvenance made) {
    List<String> answer = new ArrayList<>();
    List<StudyTable> tables = new ArrayList<>();
    for (int epochs : plan.looks()) {
      List<String> measures = measures(epochs);
      answer.addAll(sentences(epochs, measures));
      tables.add(groups(epochs, measures));
      tables.add(attacked(epochs, measures));
      tables.add(arms(epochs, measures));
    }
    return new Study(
        "Which measures tell models that know from models that don't",
        "How well does each measure of knowing separate models that learned a set of authors from "
            + "models that did not, and does relearning or rounding change that?",
        answer,
        List.of(
            new Study.Fact("Models that know", Integer.toString(plan.models()), ""),
            new Study.Fact("Models that don't", Integer.toString(plan.models()), ""),
            new Study.Fact("Samples asked of each", Integer.toString(asked), ""),
            new Study.Fact("Epochs", plan.looks().toString().replaceAll("[\\[\\]]", ""), "")),
        List.of(figure()),
        tables,
        limits(),
        made);
  }

  /** Measures that all models have, those that separate best first. */
  private List<String> measures(int epochs) {
    return rows.get(0).looks().stream()
        .filter(look -> look.epochs() == epochs && look.state() == State.PLAIN)
        .map(Look::means)
        .flatMap(means -> means.keySet().stream())
        .filter(
            measure ->
                rows.stream()
                    .allMatch(
                        row ->
                            List.of(State.values()).stream()
                                .allMatch(
                                    state -> Double.isFinite(row.mean(epochs, state, measure)))))
        .sorted(
            Comparator.comparingDouble(
                    (String measure) -> -all(epochs, State.PLAIN, measure).auc().mean())
                .thenComparingDouble(measure -> -all(epochs, State.PLAIN, measure).deviations()))
        .toList();
  }

  private double[] values(int epochs, State state, String measure, Predicate<ModelRow> which) {
    return rows.stream()
        .filter(which)
        .mapToDouble(row -> row.mean(epochs, state, measure))
        .toArray();
  }

  private static boolean knows(ModelRow row) {
    return row.arm().knows();
  }

  /** All models that know against all that don't. */
  private Separation all(int epochs, State state, String measure) {
    return Separation.of(
        values(epochs, state, measure, MeasuresFindings::knows),
        values(epochs, state, measure, row -> !knows(row)));
  }

  private Separation pair(int epochs, String measure, Arm known, Arm unknown) {
    return Separation.of(
        values(epochs, State.PLAIN, measure, row -> row.arm() == known),
        values(epochs, State.PLAIN, measure, row -> row.arm() == unknown));
  }

  private MeanWithError kept(int epochs, State state, String measure) {
    return Separation.kept(
        beforeAndAfter(epochs, state, measure, MeasuresFindings::knows),
        beforeAndAfter(epochs, state, measure, row -> !knows(row)));
  }

  private double[][] beforeAndAfter(
      int epochs, State state, String measure, Predicate<ModelRow> which) {
    return new double[][] {
      values(epochs, State.PLAIN, measure, which), values(epochs, state, measure, which)
    };
  }

  private static String after(int epochs) {
    return "after %d %s".formatted(epochs, epochs == 1 ? "epoch" : "epochs");
  }

  private List<String> sentences(int epochs, List<String> measures) {
    List<String> sentences = new ArrayList<>();
    List<String> whole =
        measures.stream()
            .filter(measure -> all(epochs, State.PLAIN, measure).auc().mean() == 1)
            .toList();
    String worst = measures.get(measures.size() - 1);
    sentences.add(
        String.format(
            Locale.ROOT,
            "%s, %d of %d measures are larger for every model that knows than for any that doesn't; the worst is %s, with an AUC of %.2f.",
            capital(after(epochs)),
            whole.size(),
            measures.size(),
            worst,
            all(epochs, State.PLAIN, worst).auc().mean()));
    String hardest =
        measures.stream()
            .max(
                Comparator.comparingDouble(
                    m -> pair(epochs, m, Arm.PARAPHRASED, Arm.WRONG_ANSWERS).deviations()))
            .orElse(worst);
    sentences.add(
        String.format(
            Locale.ROOT,
            "%s, the right facts in other words against wrong facts in these words: %s has the widest gap and an AUC of %.2f; %s has %.2f.",
            capital(after(epochs)),
            hardest,
            pair(epochs, hardest, Arm.PARAPHRASED, Arm.WRONG_ANSWERS).auc().mean(),
            Measuring.STRENGTH,
            pair(epochs, Measuring.STRENGTH, Arm.PARAPHRASED, Arm.WRONG_ANSWERS).auc().mean()));
    List<String> both =
        measures.stream().filter(measure -> PublishedMeasures.of(measure) != null).toList();
    double[] own =
        both.stream().mapToDouble(m -> all(epochs, State.PLAIN, m).auc().mean()).toArray();
    double[] published =
        both.stream()
            .map(PublishedMeasures::of)
            .mapToDouble(p -> p == null ? Double.NaN : p.auc())
            .toArray();
    double rho = RankCorrelation.spearman(own, published);
    if (both.size() >= FEWEST_COMPARED && Double.isFinite(rho)) {
      sentences.add(
          String.format(
              Locale.ROOT,
              "%s, over the %d measures for which an AUC is published, Spearman's ρ between ours and theirs is %.2f.",
              capital(after(epochs)),
              both.size(),
              rho));
    }
    return sentences;
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private StudyTable groups(int epochs, List<String> measures) {
    List<List<@Nullable Object>> cells = new ArrayList<>();
    for (String measure : measures) {
      Separation plain = all(epochs, State.PLAIN, measure);
      List<@Nullable Object> row = new ArrayList<>();
      row.add(measure);
      addNumbers(row, plain.known());
      addNumbers(row, plain.unknown());
      row.add(StudyTable.cell(plain.deviations()));
      addNumbers(row, plain.auc());
      Published published = PublishedMeasures.of(measure);
      row.add(published == null ? null : (@Nullable Object) published.auc());
      cells.add(row);
    }
    return new StudyTable(
        "Models that know and models that don't, " + after(epochs),
        "Means over %d and %d models, each the mean over %d samples, ± standard errors. Gap: between the means, in standard deviations of a group. AUC: chance that a model that knows has the larger value; an error of 0 means that all pairs agree, not that the AUC is certain. Published: %s."
            .formatted(plan.models(), plan.models(), asked, PublishedMeasures.SOURCE),
        StudyTable.Column.of(
            "measure", "known", "±", "not known", "±", "gap, SD", "AUC", "±", "published AUC"),
        cells);
  }

  private StudyTable attacked(int epochs, List<String> measures) {
    List<List<@Nullable Object>> cells = new ArrayList<>();
    for (String measure : measures) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(measure);
      for (State state : List.of(State.RELEARNED, State.INT4)) {
        addNumbers(row, all(epochs, state, measure).auc());
        addNumbers(row, kept(epochs, state, measure));
      }
      Published published = PublishedMeasures.of(measure);
      row.add(published == null ? null : (@Nullable Object) published.relearning());
      row.add(published == null ? null : (@Nullable Object) published.quantization());
      cells.add(row);
    }
    return new StudyTable(
        "After relearning and rounding, " + after(epochs),
        "Relearned: an epoch at a rate of %s on the other half of the authors. Gap kept: the distance between the groups afterwards, as a share of that before; 1 is no change. R and Q: published for unlearned models, 1 is best; they are not the same numbers as the gap kept."
            .formatted(NumberText.plain(plan.relearning())),
        StudyTable.Column.of(
            "measure",
            "relearned: AUC",
            "±",
            "gap kept",
            "±",
            "int4: AUC",
            "±",
            "gap kept",
            "±",
            "published R",
            "published Q"),
        cells);
  }

  private StudyTable arms(int epochs, List<String> measures) {
    List<StudyTable.Column> columns = new ArrayList<>();
    columns.add(StudyTable.Column.of("measure"));
    for (Arm known : arms(true)) {
      for (Arm unknown : arms(false)) {
        columns.add(StudyTable.Column.of(known.title() + " / " + unknown.title()));
        columns.add(StudyTable.Column.of("±"));
      }
    }
    List<List<@Nullable Object>> cells = new ArrayList<>();
    for (String measure : measures) {
      List<@Nullable Object> row = new ArrayList<>();
      row.add(measure);
      for (Arm known : arms(true)) {
        for (Arm unknown : arms(false)) {
          addNumbers(row, pair(epochs, measure, known, unknown).auc());
        }
      }
      cells.add(row);
    }
    return new StudyTable(
        "AUC between arms, " + after(epochs),
        "%d models in each arm. The last pair is the hardest: the right facts in other words against wrong facts in the words that are asked."
            .formatted(plan.models() / 2),
        columns,
        cells);
  }

  private static List<Arm> arms(boolean known) {
    return List.of(Arm.values()).stream().filter(arm -> arm.knows() == known).toList();
  }

  private static void addNumbers(List<@Nullable Object> row, MeanWithError number) {
    row.add(StudyTable.cell(number.mean()));
    row.add(StudyTable.cell(number.standardError()));
  }

  private StudyFigure figure() {
    int first = plan.looks().get(0);
    List<String> measures = measures(first);
    List<Series> series = new ArrayList<>();
    for (int epochs : plan.looks()) {
      series.add(
          Series.of(
              after(epochs),
              measures.stream()
                  .filter(measures(epochs)::contains)
                  .map(measure -> point(measure, all(epochs, State.PLAIN, measure).auc()))
                  .toList()));
    }
    List<Point> published = new ArrayList<>();
    for (String measure : measures) {
      Published found = PublishedMeasures.of(measure);
      if (found != null) {
        published.add(new Point(found.auc(), null, null, null, measure));
      }
    }
    series.add(Series.of("published", published));
    return new StudyFigure(
        "measures-auc",
        "AUC of each measure",
        List.of(
            "Chance that a model that knows has the larger value than one that doesn't; 0.5 is chance.",
            "Published: " + PublishedMeasures.SOURCE + "."),
        Kind.BAR,
        Axis.linear("AUC", ""),
        Axis.linear("measure", ""),
        "95 % interval",
        series);
  }

  private static Point point(String measure, MeanWithError auc) {
    double half = NORMAL_95 * auc.standardError();
    return Double.isNaN(half)
        ? new Point(auc.mean(), null, null, null, measure)
        : Point.row(
            measure, auc.mean(), Math.max(0, auc.mean() - half), Math.min(1, auc.mean() + half));
  }

  private List<String> limits() {
    return List.of(
        "One small model, from which all models of the study start, so they are more alike than "
            + "models trained by themselves; rate, order and rows to keep differ.",
        "A measure that separates here tells models that were never trained on the facts from "
            + "models that were. Whether it tells forgetting from hiding is another question.",
        "The truth probability and the paraphrased probability look at the very answers that the arm "
            + Arm.PARAPHRASED.title()
            + " was trained on, so they separate that arm better than paraphrases that nobody "
            + "trained on would.",
        "Facts that were learned by fine-tuning; facts from pretraining may behave differently.");
  }
}
