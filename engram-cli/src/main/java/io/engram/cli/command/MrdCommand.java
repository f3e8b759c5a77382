package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.OpeningMemory;
import io.engram.cli.option.SampleFilter;
import io.engram.cli.option.ScoreNeeds;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.option.SweepChoice;
import io.engram.cli.output.DifficultyText;
import io.engram.cli.progress.Watched;
import io.engram.core.run.JsonFiles;
import io.engram.core.sample.Sample;
import io.engram.model.BatchRunners;
import io.engram.model.LanguageModel;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.difficulty.DifficultyScores;
import io.engram.unlearn.difficulty.DrawnScore;
import io.engram.unlearn.difficulty.Scoring;
import io.engram.unlearn.mrd.DrawLoop.KeptDraws;
import io.engram.unlearn.mrd.DrawsFile;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.run.Rehearsal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram mrd}. */
@Command(
    name = "mrd",
    aliases = "difficulty",
    description = {
      "Measures how hard each sample is to forget: its Memory Removal Difficulty (MRD).",
      "MRD is the relative change of a sample's token log-probabilities when noise is added to "
          + "all weights. Small = stable = hard to unlearn."
    },
    sortOptions = false)
final class MrdCommand implements Callable<Integer> {
  private static final String ESTIMATOR = "order.estimator.";

  /** Passes with noise; a recipe leaves their number open instead. */
  private static final String DRAWS = "32";

  /** Updates of gradient ascent that a rehearsal looks ahead. */
  private static final int RUN_UPDATES = 1000;

  /** How many of the hardest, and of the easiest, samples to show. */
  private static final int SHOWN = 10;

  @Mixin private ModelChoice model = new ModelChoice();

  @Parameters(
      index = "1",
      paramLabel = "DATA",
      description =
          "tofu:SPLIT, a file of samples, or a file of a public data set: book:FILE, pku:FILE, …")
  private String data = "";

  @Option(
      names = "--sigma",
      paramLabel = "S",
      description =
          "σ, the standard deviation of the noise (default: see `engram recipe explain "
              + "order.estimator.sigma`)")
  private @Nullable String sigma;

  @Option(
      names = "--draws",
      paramLabel = "K",
      description =
          "Number of passes with noise, or auto; a pair (antithetic, activation) counts as two "
              + "(default: 32)")
  private @Nullable String draws;

  @Option(
      names = "--estimator",
      paramLabel = "E",
      completionCandidates = ScoreNames.class,
      description =
          "The score of how hard a sample is to forget: ${COMPLETION-CANDIDATES}. The first four "
              + "estimate MRD, the next two a part of it (default: antithetic)")
  private @Nullable String estimator;

  @Option(
      names = "--control-variate",
      paramLabel = "C",
      description =
          "Gradients as control variates, which reduce the variance of antithetic pairs: auto, "
              + "on or off")
  private @Nullable String controlVariate;

  @Option(
      names = "--absolute",
      paramLabel = "A",
      description = "Where to take the absolute value: outside the expectation, or inside")
  private @Nullable String absolute;

  @Option(
      names = "--tokens",
      paramLabel = "T",
      description = "Average or add over a sample's tokens: mean or sum")
  private @Nullable String tokens;

  @Option(names = "--scope", paramLabel = "S", description = "Which tokens count: answer or all")
  private @Nullable String scope;

  @Mixin private ScoreNeeds needs = new ScoreNeeds();

  @Mixin private SampleFilter filter = new SampleFilter();

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description =
          "Write a row for each sample to this file: JSON Lines, or Parquet if it is named "
              + "X.parquet")
  private @Nullable Path out;

  @Mixin private SweepChoice sweep = new SweepChoice();

  @Mixin private SparkChoice spark = new SparkChoice();

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    checkSweep();
    checkOptions(recipe().estimator());
    model.copyHere(spark, common);
    Recipe recipe = recipe();
    DifficultyScore score = recipe.estimator();
    SampleFilter.Chosen chosen = filter.load(data);
    if (score instanceof DrawnScore drawn && sweep.asked()) {
      new MrdSweepRun(sweep, recipe, drawn, data, common).run(chosen, out);
      return 0;
    }
    List<Sample> samples;
    DifficultyScore.Measured found;
    KeptDraws kept;
    OpeningMemory.Use use =
        score instanceof DrawnScore ? OpeningMemory.Use.MRD : OpeningMemory.Use.SCORING;
    try (LanguageModel opened = ModelChoice.open(recipe, common, use);
        BatchRunners.Place there = spark.start(opened, use, common)) {
      List<Sample> of = chosen.of(opened);
      samples = of;
      kept = kept(opened, of, score, recipe.seed());
      found =
          Watched.run(
              common.console(),
              progress ->
                  score.measure(
                      needs
                          .addTo(
                              Scoring.of(opened, of, recipe.seed()).keeping(kept).telling(progress),
                              opened,
                              recipe,
                              common)
                          .rehearsing(Rehearsal.of(recipe, common.setup(progress), opened, of))));
    }
    common.console().write(out, found.rows());
    kept.done();
    common
        .console()
        .result(json(recipe, score, found), DifficultyText.of(score, found, samples, SHOWN));
    return 0;
  }

  private void checkSweep() {
    if (!sweep.asked() && sweep.picture() != null) {
      throw common.mistake("--picture needs a sweep: add --sweep sigma=LIST or draws=LIST");
    }
    if ((sigma != null && !sweep.sigmas().isEmpty())
        || (draws != null && !sweep.draws().isEmpty())) {
      throw common.mistake("--sweep sets the same as --sigma or --draws: give only one of them");
    }
  }

  private void checkOptions(DifficultyScore score) {
    if (sweep.asked() && !(score instanceof DrawnScore)) {
      throw common.mistake(
          "--sweep needs a score that is estimated from noise draws: %s has neither σ nor draws"
              .formatted(score.name()));
    }
    needs.check(score, common);
    spark.checkPasses(common);
    if (spark.asked() && score.needs().contains(DifficultyScore.Need.REHEARSAL)) {
      throw common.mistake(
          "--spark: %s trains the model, which is no map over samples; the other scores are"
              .formatted(score.name()));
    }
    if (spark.asked() && sweep.asked()) {
      throw common.mistake("--spark and --sweep exclude each other: give only one of them");
    }
  }

  /** The kept draws, stored next to the output file. */
  private KeptDraws kept(
      LanguageModel opened, List<Sample> samples, DifficultyScore score, long seed) {
    return out != null && score instanceof DrawnScore drawn
        ? DrawsFile.open(
            out.resolveSibling(out.getFileName() + ".draws"),
            DrawsFile.Key.of(opened, samples, drawn.keyOfDraws(), seed, 0),
            common.console()::message)
        : KeptDraws.NONE;
  }

  /** The recipe's run is rehearsed at most; it ends when all samples are forgotten. */
  private Recipe recipe() {
    return needs
        .setIn(model.recipe(data, common))
        .set("order.name", "mrd")
        .set("budget.updates", RUN_UPDATES)
        .set(ESTIMATOR + "sigma", sigma)
        .set(ESTIMATOR + "draws", draws == null ? usualDraws() : draws)
        .set(ESTIMATOR + "name", estimator)
        .set(ESTIMATOR + "control_variate", controlVariate)
        .set(ESTIMATOR + "absolute", absolute)
        .set(ESTIMATOR + "tokens", tokens)
        .set(ESTIMATOR + "scope", scope)
        .read();
  }

  /** The number of draws where none is given; null: the score makes none. */
  private @Nullable String usualDraws() {
    String name = estimator == null ? DifficultyScores.ALL.names().get(0) : estimator;
    return DifficultyScores.ALL
        .find(name)
        .filter(
            score ->
                Arrays.stream(score.getRecordComponents())
                    .anyMatch(option -> option.getName().equals("draws")))
        .map(score -> DRAWS)
        .orElse(null);
  }

  private Map<String, Object> json(
      Recipe recipe, DifficultyScore score, DifficultyScore.Measured found) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", recipe.model().path());
    object.put("data", data);
    object.put("estimator", options(recipe, score));
    object.put("seed", recipe.seed());
    if (score instanceof DrawnScore) {
      object.putAll(found.facts());
    }
    object.put("notes", found.notes());
    object.put("samples", found.rows());
    return object;
  }

  static Map<String, Object> options(Recipe recipe, DifficultyScore score) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("name", score.name());
    JsonFiles.mapper()
        .valueToTree(score)
        .properties()
        .forEach(o -> options.put(o.getKey(), o.getValue()));
    if (score.needs().contains(DifficultyScore.Need.OPTIMIZER)) {
      options.put("optimizer", recipe.optimizer().settings().algorithm());
      options.put("learning_rate", recipe.optimizer().settings().learningRate());
    }
    return options;
  }

  /** The names of all scores. */
  static final class ScoreNames extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    ScoreNames() {
      super(DifficultyScores.ALL.names());
    }
  }
}
