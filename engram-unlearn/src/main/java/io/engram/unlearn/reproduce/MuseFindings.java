package io.engram.unlearn.reproduce;

import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.settings.Choices;
import io.engram.core.stats.MeanWithError;
import io.engram.core.stats.PairedDifference;
import io.engram.core.study.Study;
import io.engram.core.study.StudyFigure;
import io.engram.core.study.StudyFigure.Axis;
import io.engram.core.study.StudyFigure.Kind;
import io.engram.core.study.StudyFigure.Point;
import io.engram.core.study.StudyFigure.Series;
import io.engram.core.study.StudyTable;
import io.engram.core.text.NumberText;
import io.engram.unlearn.eval.generative.GenerativeSpec.AnswerRow;
import io.engram.unlearn.eval.text.TextSuite;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.reproduce.MuseExperiment.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What came of a {@link MuseExperiment}: the measures of each model, of the whole corpus and of
 * each piece by itself.
 *
 * @param pieces the forget set
 * @param states the original, after each step, and the retrained model if there is one
 */
record MuseFindings(Way way, ForgetPieces pieces, List<State> states) {
  private static final double LEVEL = 0.95;

  /** What is shown of each model. */
  enum Measure {
    VERBATIM("text.verbatim.rouge_l_f1", "verbatim memory"),
    KNOWN("text.knowledge.forget.rouge_l_f1", "knowledge of forget"),
    KEPT("text.knowledge.retain.rouge_l_f1", "knowledge of retain"),
    STRANGE("text.forget.min_k_auc", "A of forget"),
    LEAK("text.privleak", "PrivLeak");

    private final String metric;
    private final String title;

    Measure(String metric, String title) {
      this.metric = metric;
      this.title = title;
    }

    private String unit() {
      return this == LEAK ? "%" : "";
    }

    private int digits() {
      return this == LEAK ? 1 : 3;
    }
  }

  /**
   * What was measured of one model.
   *
   * @param all the measurements
   * @param recited the rows of verbatim memory
   */
  record Measured(List<Measurement> all, List<AnswerRow> recited) {
    /** A stage of a finished run. */
    static Measured in(Path folder, String stage) {
      try (RunFolder run = RunFolder.read(folder)) {
        return of(
            run.measurements().stream().filter(m -> m.stage().equals(stage)).toList(),
            run.evaluationRows(stage));
      }
    }

    /** With the rows in a folder. */
    static Measured of(List<Measurement> all, Path rows) {
      Path recited = rows.resolve(TextSuite.NAME + "-verbatim.jsonl");
      return new Measured(
          all, Files.exists(recited) ? JsonFiles.readLines(recited, AnswerRow.class) : List.of());
    }
  }

  /**
   * A model, or one of each seed.
   *
   * @param name what it is
   * @param pieces how many it was to forget; null: it never saw them
   * @param rows how many rows these have
   * @param trials what was measured of each
   */
  record State(String name, @Nullable Integer pieces, int rows, List<Measured> trials) {
    private List<Measurement> of(Measure measure) {
      return trials.stream()
          .flatMap(trial -> trial.all().stream())
          .filter(m -> m.metric().equals(measure.metric))
          .toList();
    }

    private double mean(Measure measure) {
      return MeanWithError.of(values(measure)).mean();
    }

    private double[] values(Measure measure) {
      return of(measure).stream().mapToDouble(Measurement::value).toArray();
    }

    /** Of each trial in the order of the seeds; NaN where it wasn't measured. */
    private double[] byTrial(Measure measure) {
      return trials.stream()
          .mapToDouble(
              trial ->
                  trial.all().stream()
                      .filter(m -> m.metric().equals(measure.metric))
                      .mapToDouble(Measurement::value)
                      .average()
                      .orElse(Double.NaN))
          .toArray();
    }

    /** Standard deviation between trials; of a single one, its standard error. */
    private @Nullable Double error(Measure measure) {
      List<Measurement> all = of(measure);
      return all.size() == 1
          ? all.get(0).standardError()
          : (@Nullable Double)
              (MeanWithError.of(values(measure)).standardError() * Math.sqrt(all.size()));
    }
  }

  Study study(ReproductionPlan plan, Recipe recipe, Manifest made) {
    int trials = last().trials().size();
    String seeds =
        NumberText.ranges(
            IntStream.range(0, trials).mapToObj(i -> Long.toString(recipe.seed() + i)).toList());
    List<String> limits = new ArrayList<>(plan.changes());
    limits.add(
        "The suite measures the whole corpus: as long as only some pieces are forgotten, it also counts what nobody has asked to forget yet.");
    limits.add(
        "One model and one method, %s, with a fixed budget per run."
            .formatted(Choices.nameOf(recipe.method())));
    if (recipe.eval().retrained() == null) {
      limits.add("eval.retrained names no model that never saw the forget set.");
    }
    if (trials < 2) {
      limits.add("One trial: how much a run varies with its seed isn't known.");
    }
    return new Study(
        way.title + ", on " + plan.model(),
        way.question,
        Arrays.stream(Measure.values()).filter(this::isMeasured).map(this::sentence).toList(),
        List.of(
            new Study.Fact(
                "Forget set",
                String.join(", ", recipe.forget().data()),
                "%d rows in %d pieces".formatted(last().rows(), ForgetPieces.COUNT)),
            new Study.Fact("Seeds", seeds, NumberText.counted(trials, "trial")),
            new Study.Fact("Method", Choices.nameOf(recipe.method()), "")),
        figures(),
        tables(trials),
        limits,
        plan.provenance(recipe, made.modelHash()));
  }

  private State original() {
    return states.get(0);
  }

  private State first() {
    return states.get(1);
  }

  /** After all pieces. */
  private State last() {
    return states.get(ForgetPieces.COUNT);
  }

  private Optional<State> retrained() {
    return states.stream().filter(state -> state.pieces() == null).findFirst();
  }

  private boolean isMeasured(Measure measure) {
    return states.stream().anyMatch(state -> !state.of(measure).isEmpty());
  }

  /** How a measure went, and with several seeds the change from the first step to the last. */
  String sentence(Measure measure) {
    String never =
        retrained()
            .map(state -> "; " + text(measure, state.mean(measure)) + " in the retrained model")
            .orElse("");
    PairedDifference change = change(measure);
    String paired =
        change.n() < 2
            ? ""
            : " From the first to the last, over %d seeds: %s [%s, %s]."
                .formatted(
                    change.n(),
                    text(measure, change.mean()),
                    text(measure, change.interval().low()),
                    text(measure, change.interval().high()));
    String with = way == Way.SCALABILITY ? "with " : "";
    return "%s: %s in the original, %s %s, %s %s%s.%s"
        .formatted(
            measure.title.substring(0, 1).toUpperCase(Locale.ROOT) + measure.title.substring(1),
            text(measure, original().mean(measure)),
            text(measure, first().mean(measure)),
            with + first().name(),
            text(measure, last().mean(measure)),
            with + last().name(),
            never,
            paired);
  }

  /** From the first step to the last, of the seeds in which both were measured. */
  private PairedDifference change(Measure measure) {
    double[] before = first().byTrial(measure);
    double[] after = last().byTrial(measure);
    int[] both =
        IntStream.range(0, Math.min(before.length, after.length))
            .filter(i -> Double.isFinite(before[i] + after[i]))
            .toArray();
    return PairedDifference.of(
        Arrays.stream(both).mapToDouble(i -> before[i]).toArray(),
        Arrays.stream(both).mapToDouble(i -> after[i]).toArray(),
        LEVEL);
  }

  private static String text(Measure measure, double value) {
    return NumberText.fixed(value, measure.digits()) + (measure == Measure.LEAK ? " %" : "");
  }

  List<StudyTable> tables(int trials) {
    String errors =
        trials < 2
            ? "± one standard error over the n rows."
            : "Mean ± standard deviation between %d trials; of the original and the retrained model ± one standard error over the n rows."
                .formatted(trials);
    List<StudyTable> tables = new ArrayList<>(List.of(table(errors)));
    byPiece(errors).ifPresent(tables::add);
    return tables;
  }

  /** Verbatim memory of each piece by itself; empty if no row is from one of them. */
  private Optional<StudyTable> byPiece(String errors) {
    List<StudyTable.Column> columns = new ArrayList<>(List.of(StudyTable.Column.of("model")));
    int rows = 0;
    for (int piece = 0; piece < ForgetPieces.COUNT; piece++) {
      int n = recited(original().trials().get(0), piece).length;
      rows += n;
      columns.add(new StudyTable.Column("piece " + (piece + 1), "n = " + n));
    }
    if (rows == 0) {
      return Optional.empty();
    }
    List<List<@Nullable Object>> cells = new ArrayList<>();
    for (State state : states) {
      List<@Nullable Object> own = new ArrayList<>(List.of(state.name()));
      for (int piece = 0; piece < ForgetPieces.COUNT; piece++) {
        own.add(recited(state, piece));
      }
      cells.add(own);
    }
    return Optional.of(
        new StudyTable(
            "Verbatim memory, piece by piece",
            "Of the rows whose text is in exactly one piece. " + errors,
            columns,
            cells));
  }

  private String recited(State state, int piece) {
    List<double[]> trials = state.trials().stream().map(trial -> recited(trial, piece)).toList();
    double[] means = trials.stream().mapToDouble(own -> MeanWithError.of(own).mean()).toArray();
    MeanWithError between = MeanWithError.of(means);
    double error =
        trials.size() == 1
            ? MeanWithError.of(trials.get(0)).standardError()
            : between.standardError() * Math.sqrt(between.n());
    return NumberText.withError(between.mean(), finite(error), Measure.VERBATIM.digits());
  }

  /** The scores of the rows from a piece, counted from 0. */
  private double[] recited(Measured model, int piece) {
    return model.recited().stream()
        .filter(row -> pieces.having(row.answers().get(0)).orElse(-1) == piece)
        .flatMap(row -> row.scores().values().stream())
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  private StudyTable table(String errors) {
    List<Measure> shown = Arrays.stream(Measure.values()).filter(this::isMeasured).toList();
    List<StudyTable.Column> columns =
        new ArrayList<>(StudyTable.Column.of("model", "rows forgotten"));
    for (Measure measure : shown) {
      int n = original().of(measure).stream().mapToInt(Measurement::n).findFirst().orElse(0);
      String unit = measure.unit().isEmpty() ? "" : measure.unit() + ", ";
      columns.add(new StudyTable.Column(measure.title, unit + "n = " + n));
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (State state : states) {
      List<@Nullable Object> cells = new ArrayList<>(List.of(state.name()));
      cells.add(state.pieces() == null ? null : (@Nullable Object) state.rows());
      for (Measure measure : shown) {
        cells.add(
            NumberText.withError(
                state.mean(measure), finite(state.error(measure)), measure.digits()));
      }
      rows.add(cells);
    }
    return new StudyTable("What is left", errors, columns, rows);
  }

  private static @Nullable Double finite(@Nullable Double error) {
    return error == null || !Double.isFinite(error) ? null : error;
  }

  private List<StudyFigure> figures() {
    List<StudyFigure> figures = new ArrayList<>();
    figures.add(
        figure(
            "left",
            "Memory, knowledge and utility",
            Axis.linear("ROUGE-L F-measure", ""),
            List.of(Measure.VERBATIM, Measure.KNOWN, Measure.KEPT)));
    if (isMeasured(Measure.LEAK)) {
      figures.add(
          figure(
              "privleak", "Privacy leakage", Axis.linear("PrivLeak", "%"), List.of(Measure.LEAK)));
    }
    return figures;
  }

  private StudyFigure figure(String id, String title, Axis y, List<Measure> measures) {
    List<Series> series = new ArrayList<>();
    for (Measure measure : measures) {
      if (!isMeasured(measure)) {
        continue;
      }
      series.add(
          Series.of(
              measure.title,
              states.stream()
                  .filter(state -> state.pieces() != null && !state.of(measure).isEmpty())
                  .map(state -> point(state, measure))
                  .toList()));
      retrained()
          .filter(state -> !state.of(measure).isEmpty())
          .ifPresent(
              never ->
                  series.add(
                      new Series(
                          measure.title + " of the retrained model",
                          true,
                          List.of(
                              Point.at(0, never.mean(measure), null),
                              Point.at(ForgetPieces.COUNT, never.mean(measure), null)))));
    }
    return new StudyFigure(
        id,
        title,
        List.of("Thin lines: the retrained model's."),
        Kind.LINE,
        Axis.linear(way == Way.SUSTAINABILITY ? "requests" : "quarters of the forget set", ""),
        y,
        "± 1",
        series);
  }

  private static Point point(State state, Measure measure) {
    double x = Objects.requireNonNull(state.pieces());
    double y = state.mean(measure);
    Double error = finite(state.error(measure));
    return error == null ? Point.at(x, y, state.name()) : Point.between(x, y, y - error, y + error);
  }
}
