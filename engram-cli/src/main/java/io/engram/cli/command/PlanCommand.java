package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.OpeningMemory;
import io.engram.cli.output.ForgetText;
import io.engram.cli.progress.Watched;
import io.engram.core.EngramHome;
import io.engram.core.run.ForgetPlan;
import io.engram.model.LanguageModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Forecast;
import io.engram.unlearn.run.RunMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code engram plan}. */
@Command(
    name = "plan",
    description = {
      "Forecasts what a recipe will take, and changes nothing: the updates until each sample is "
          + "forgotten, time, memory, and the samples to keep that are at risk.",
      "The recipe needs a stop.rule that checks samples."
    },
    sortOptions = false)
final class PlanCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "RECIPE.yaml",
      description = "The recipe; engram recipe explain shows its keys")
  private Path recipe = Path.of("");

  @Parameters(
      index = "1..*",
      paramLabel = "key=value",
      description = "Keys of the recipe to change, such as method.beta=0.05")
  private List<String> overrides = List.of();

  @Option(
      names = "--price",
      paramLabel = "P",
      description = "Price of an hour of this machine; the plan then gives the cost")
  private @Nullable Double price;

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    if (price != null && !(price >= 0)) {
      throw common.mistake("--price " + price + ": must be 0 or more");
    }
    List<String> all = new ArrayList<>();
    if (common.dtype() != null) {
      all.add("model.dtype=" + common.dtype());
    }
    if (common.seed() != null) {
      all.add("seed=" + common.seed());
    }
    all.addAll(overrides);
    Path file =
        Files.exists(recipe) || recipe.isAbsolute()
            ? recipe
            : EngramHome.find(recipe.toString()).orElse(recipe);
    Recipe read = RecipeReader.read(file, all, Recipe.Kind.UNLEARN);
    ForgetPlan plan;
    RunMemory.of(read, common.setup()).requireRehearsal();
    try (LanguageModel model = ModelChoice.open(read, common, OpeningMemory.Use.SCORING)) {
      plan =
          Watched.run(
              common.console(),
              progress -> Forecast.of(read, common.setup(progress), model).plan(price));
    }
    common.console().result(ForgetText.json(plan), ForgetText.plan(plan));
    return 0;
  }
}
