package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.output.MeasurementText;
import io.engram.cli.progress.Watched;
import io.engram.core.recipe.Recipe;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.EvaluationWriter;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suites;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code engram eval}. */
@Command(
    name = "eval",
    description = "Measures a model, or the model of a run folder: what it has forgotten and kept.",
    sortOptions = false)
final class EvalCommand implements Callable<Integer> {
  @Mixin private ModelChoice model = new ModelChoice();

  @Option(
      names = "--suite",
      split = ",",
      paramLabel = "NAME",
      description = "Suites, comma-separated (default: tofu)")
  private List<String> suites = List.of("tofu");

  @Option(names = "--limit", paramLabel = "N", description = "The first N rows of each set only")
  private int limit;

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
      description = "Write measurements and rows to this folder, new or empty")
  private @Nullable Path out;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    EvaluatedModel evaluated = EvaluatedModel.of(model, common, encoder);
    List<Suite> chosen = Suites.named(suites, evaluated.recipe().eval().encoder());
    List<Measurement> measurements;
    try (LanguageModel opened = ModelChoice.open(evaluated.recipe(), common)) {
      measurements =
          out == null
              ? measure(opened, chosen, evaluated.stage())
              : write(opened, chosen, evaluated, out);
    }
    common
        .console()
        .result(Map.of("measurements", measurements), MeasurementText.byStage(measurements));
    return 0;
  }

  private List<Measurement> measure(LanguageModel opened, List<Suite> chosen, String stage) {
    return Watched.run(
        common.console(),
        progress ->
            chosen.stream()
                .flatMap(suite -> suite.run(opened, stage, limit, progress).measurements().stream())
                .toList());
  }

  private List<Measurement> write(
      LanguageModel opened, List<Suite> chosen, EvaluatedModel evaluated, Path folder) {
    Recipe recipe = evaluated.recipe();
    try (RunFolder run = RunFolder.create(folder)) {
      EvaluationFolder written = new EvaluationFolder(run, recipe, opened, common);
      written.begin();
      List<Measurement> measurements =
          Watched.run(
              common.console(),
              progress ->
                  EvaluationWriter.evaluate(
                      opened, chosen, limit, evaluated.stage(), run, progress));
      written.end();
      return measurements;
    }
  }
}
