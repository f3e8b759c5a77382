package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.SparkChoice;
import io.engram.cli.output.Console;
import io.engram.cli.output.StudyText;
import io.engram.cli.progress.Interruption;
import io.engram.cli.run.RecipeRun;
import io.engram.cli.run.TrialsRun;
import io.engram.core.study.Study;
import io.engram.report.StudyPage;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.reproduce.Reproduction;
import io.engram.unlearn.reproduce.ReproductionPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram reproduce}. */
@Command(
    name = "reproduce",
    description = {
      "Reproduces a table or figure of the paper, or another experiment, and checks its claims.",
      "Prints the paper's numbers next to ours, and says which of its claims hold, fail or can't "
          + "be decided. Finished runs are not repeated: run the same command to continue."
    },
    sortOptions = false)
final class ReproduceCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "NAME",
      description =
          "table1, table4, table5, table6, table7, figure2 … figure5, orders, muse-scal, muse-sust")
  private String name = "";

  @Parameters(
      index = "1..*",
      paramLabel = "key=value",
      description = {"Keys to change in all recipes,", "such as forget.data=tofu:forget01"})
  private List<String> overrides = new ArrayList<>();

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Run the recipes of this model: mini, smollm2, … (default: ${DEFAULT-VALUE})")
  private String model = "mini";

  @Option(
      names = "--trials",
      paramLabel = "N",
      description =
          "Runs per row, each with its own seed (default: ${DEFAULT-VALUE}, as in the paper)")
  private int trials = 5;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description =
          "Figures 3 to 5: number of groups or samples (default: 20 groups, 30 and 20 samples)")
  private @Nullable Integer samples;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for everything (default: runs/NAME-MODEL)")
  private @Nullable Path out;

  @Mixin private SparkChoice spark = new SparkChoice();
  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    Reproduction experiment = Reproduction.named(name);
    if (trials < 1) {
      throw common.mistake("--trials " + trials + ": must be 1 or more");
    }
    requireSamples(experiment);
    spark.check(common);
    if (spark.asked() && !experiment.hasTrials()) {
      throw common.mistake("--spark spreads trials, and %s has none".formatted(name));
    }
    requireNoTrialsKey();
    Console console = common.console();
    Path folder = out == null ? Path.of("runs", name + "-" + model) : out;
    Interruption.watch(console);
    RecipeRun run = new RecipeRun(Recipe.Kind.UNLEARN, common);
    console.message(experiment.title() + ", on " + model + ": " + folder);
    Optional<Study> found =
        experiment.carryOut(
            new ReproductionPlan(
                model,
                trials,
                samples == null ? OptionalInt.empty() : OptionalInt.of(samples),
                overrides(),
                folder,
                common.setup(),
                new TrialsRun(run, spark)::finish));
    if (found.isEmpty()) {
      console.message("Stopped. Run the same command to resume.");
      return Interruption.EXIT_CODE;
    }
    Study study = found.get();
    study.write(folder.resolve("study.json"));
    Path page = folder.resolve("study.html");
    StudyPage.write(study, page);
    console.result(Map.of("study", study), StudyText.of(study));
    console.message("Page with the figures: " + page);
    return 0;
  }

  private void requireSamples(Reproduction experiment) {
    if (samples == null) {
      return;
    }
    if (experiment.samples().isEmpty()) {
      throw common.mistake(
          "--samples %d: %s uses whole sets; eval.limit=%d or forget.where=… make them smaller"
              .formatted(samples, name, samples));
    }
    if (samples < 2) {
      throw common.mistake("--samples " + samples + ": must be 2 or more");
    }
  }

  private void requireNoTrialsKey() {
    overrides.stream()
        .filter(key -> key.startsWith("trials="))
        .findFirst()
        .ifPresent(
            key -> {
              throw common.mistake("%s: use --%s instead".formatted(key, key.replace('=', ' ')));
            });
  }

  private List<String> overrides() {
    List<String> all = new ArrayList<>();
    if (common.dtype() != null) {
      all.add("model.dtype=" + common.dtype());
    }
    if (common.seed() != null) {
      all.add("seed=" + common.seed());
    }
    all.addAll(overrides);
    return all;
  }
}
