package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.run.RecipeRun;
import io.engram.cli.run.RunArguments;
import io.engram.unlearn.recipe.Recipe;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code engram unlearn}. */
@Command(
    name = "unlearn",
    description =
        "Makes a model forget samples, as the recipe says: evaluates, unlearns, evaluates again.",
    sortOptions = false)
final class UnlearnCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments = new RunArguments();
  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    return new RecipeRun(Recipe.Kind.UNLEARN, common).carryOut(arguments);
  }
}
