package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.RecipeKind;
import io.engram.cli.option.TextFiles;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code engram recipe check}. */
@Command(
    name = "check",
    description = {
      "Finds every fault of a recipe without running it.",
      "Prints the recipe with every key and default. A recipe with train.data or the method "
          + "finetune is checked for engram finetune, any other for engram unlearn."
    },
    sortOptions = false)
final class RecipeCheckCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "FILE", description = "The recipe")
  private Path file = Path.of("");

  @Parameters(
      index = "1..*",
      paramLabel = "key=value",
      description = "Keys of the recipe to change")
  private List<String> overrides = List.of();

  @Mixin private CommonOptions common = new CommonOptions();

  @Override
  public Integer call() {
    Recipe.Kind kind = RecipeKind.of(TextFiles.read(file));
    Recipe recipe = RecipeReader.read(file, overrides, kind);
    common.console().message(file + " has no faults");
    common
        .console()
        .result(
            Map.of("file", file.toString(), "recipe", recipe),
            RecipeWriter.yaml(recipe).stripTrailing());
    return 0;
  }
}
