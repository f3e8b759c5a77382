package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ComputeChoice;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.OpeningMemory;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.output.MeasurementText;
import io.engram.cli.progress.Watched;
import io.engram.core.EngramException;
import io.engram.core.OrderedMap;
import io.engram.core.Version;
import io.engram.core.run.Hashes;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.model.BatchRunners;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Compute;
import io.engram.model.tensor.Torch;
import io.engram.unlearn.eval.EvalSection;
import io.engram.unlearn.eval.EvaluationWriter;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suite.Evaluation;
import io.engram.unlearn.eval.Suite.Stage;
import io.engram.unlearn.eval.SuiteKind;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram eval}. */
@Command(
    name = "eval",
    description = {
      "Measures what a model has forgotten and what it has kept.",
      "If MODEL is a run folder, this uses the run's template and settings, on the samples that "
          + "the run forgot."
    },
    modelTransformer = EvalCommand.SuiteHelp.class,
    sortOptions = false)
final class EvalCommand implements Callable<Integer> {
  @Mixin private ModelChoice model = new ModelChoice();

  @Option(
      names = "--suite",
      split = ",",
      paramLabel = "NAME",
      completionCandidates = SuiteNames.class,
      description = "Suites, comma-separated (default: tofu)")
  private List<String> named = List.of("tofu");

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Only the first N rows of each set (default: all, or as many as the run)")
  private @Nullable Integer limit;

  @Option(
      names = "--encoder",
      paramLabel = "DIR",
      description =
          "Sentence encoder that judges answers: built-in, or a Hugging Face folder (default:"
              + " built-in, or the run's)")
  private @Nullable String encoder;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write measurements and rows to this new or empty folder")
  private @Nullable Path out;

  @Parameters(
      index = "1..*",
      paramLabel = "SETTING",
      description =
          "What suites read, such as eval.datasets=DIR; engram recipe explain eval says more")
  private List<String> settings = List.of();

  @Mixin private SparkChoice spark = new SparkChoice();

  @Mixin private ComputeChoice compute = new ComputeChoice();

  @Mixin private CommonOptions common = new CommonOptions();

  /** The names that help and completion offer. */
  static final class SuiteNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Suites.names().iterator();
    }
  }

  /** Adds to the help what each suite measures, and which suites read which key. */
  static final class SuiteHelp implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec eval) {
      OptionSpec suite = eval.findOption("--suite");
      eval.remove(suite);
      eval.addOption(
          OptionSpec.builder(suite).description(with(suite.description(), suites())).build());
      PositionalParamSpec keys = eval.positionalParameters().get(1);
      eval.remove(keys);
      eval.addPositional(
          PositionalParamSpec.builder(keys).description(with(keys.description(), keys())).build());
      return eval;
    }

    private static Stream<String> suites() {
      return Suites.all().stream().map(kind -> kind.name() + ": " + kind.what());
    }

    private static Stream<String> keys() {
      return Arrays.stream(EvalSection.Key.values())
          .map(
              key ->
                  Suites.all().stream()
                      .filter(kind -> kind.reads().contains(key))
                      .map(SuiteKind::name)
                      .collect(Collectors.joining(", ", key.usage() + ": ", "")));
    }

    private static String[] with(String[] first, Stream<String> more) {
      return Stream.concat(Arrays.stream(first), more.map(line -> line.replace("%", "%%")))
          .toArray(String[]::new);
    }
  }

  @Override
  public Integer call() {
    try (Compute.Use use = compute.use(common, spark.asked())) {
      return computed();
    }
  }

  private int computed() {
    if (limit != null && limit < 0) {
      throw common.mistake("--limit " + limit + ": must be 1 or more, or 0 for all rows");
    }
    spark.checkPasses(common);
    model.copyHere(spark, common);
    EvaluatedModel evaluated = EvaluatedModel.of(model, common, settings());
    int rows = evaluated.recipe().eval().limit();
    List<Suite> chosen = Suites.of(evaluated.recipe().eval());
    List<Measurement> measurements;
    try (LanguageModel opened = ModelChoice.open(evaluated.recipe(), common);
        BatchRunners.Place there = spark.start(opened, OpeningMemory.Use.SCORING, common)) {
      List<Suite> suites = evaluated.suites(chosen, opened);
      measurements =
          out == null
              ? measure(opened, suites, evaluated.stage(), rows)
              : write(opened, suites, evaluated, out, rows);
    }
    common
        .console()
        .result(Map.of("measurements", measurements), MeasurementText.byStage(measurements));
    return 0;
  }

  private Map<String, String> settings() {
    Map<String, String> set = new LinkedHashMap<>();
    set.put("eval.suites", JsonFiles.line(named));
    if (limit != null) {
      set.put("eval.limit", limit.toString());
    }
    if (encoder != null) {
      set.put("eval.encoder", JsonFiles.line(encoder));
    }
    for (String setting : settings) {
      String[] parts = setting.split("=", 2);
      if (parts.length < 2 || !parts[0].startsWith("eval.")) {
        throw EngramException.usage(
            "%s: is not a setting of an evaluation, such as eval.datasets=FOLDER"
                .formatted(setting));
      }
      set.put(parts[0], parts[1]);
    }
    return set;
  }

  private List<Measurement> measure(
      LanguageModel opened, List<Suite> chosen, String stage, int rows) {
    List<Evaluation> found =
        Watched.run(
            common.console(),
            progress -> {
              Stage measured = new Stage(opened, stage, rows, progress);
              return chosen.stream().map(suite -> suite.measure(measured)).toList();
            });
    found.stream().flatMap(each -> each.notes().stream()).forEach(common.console()::message);
    return found.stream().flatMap(each -> each.measurements().stream()).toList();
  }

  private List<Measurement> write(
      LanguageModel opened, List<Suite> chosen, EvaluatedModel evaluated, Path folder, int rows) {
    try (RunFolder run = RunFolder.create(folder)) {
      begin(run, evaluated.recipe(), opened);
      List<Measurement> measurements =
          Watched.run(
              common.console(),
              progress ->
                  EvaluationWriter.evaluate(
                      chosen, new Stage(opened, evaluated.stage(), rows, progress), run));
      run.journal().read().stream()
          .filter(event -> event.path("event").asString("").equals("note"))
          .forEach(note -> common.console().message(note.path("text").asString("")));
      run.writeManifest(run.manifest().with("done", now()));
      return measurements;
    }
  }

  /** Writes the manifest and recipe, which make the evaluation's folder a run folder. */
  private void begin(RunFolder run, Recipe recipe, LanguageModel model) {
    String yaml = RecipeWriter.yaml(recipe);
    run.writeRecipe(yaml);
    run.writeManifest(
        new Manifest(
            Version.code(),
            common.typed(),
            Hashes.sha256(yaml),
            recipe.model().path(),
            model.hash(),
            Map.of(),
            model.options().device().name(),
            model.dtype().configName(),
            model.samples().template().name(),
            Torch.threads(),
            OrderedMap.of("java", System.getProperty("java.version"), "libtorch", Torch.version()),
            now(),
            null,
            "running"));
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
