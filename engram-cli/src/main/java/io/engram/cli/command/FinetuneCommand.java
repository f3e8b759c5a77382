package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.run.RecipeRun;
import io.engram.cli.run.RunArguments;
import io.engram.unlearn.recipe.Recipe;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code engram finetune}. */
@Command(
    name = "finetune",
    description = {
      "Trains a model on samples, as the recipe says.",
      "It uses the loop of engram unlearn with the usual training loss."
    },
    sortOptions = false)
final class FinetuneCommand implements Callable<Integer> {
  @Mixin private RunArguments arguments = new RunArguments();
  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    return new RecipeRun(Recipe.Kind.FINETUNE, common).carryOut(arguments);
  }
}
