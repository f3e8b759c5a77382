package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.RecipeKind;
import io.engram.core.EngramException;
import io.engram.core.OrderedMap;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
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
    Recipe.Kind kind = RecipeKind.of(text(file));
    Recipe recipe = RecipeReader.read(file, overrides, kind);
    common.console().message(file + " has no faults");
    common
        .console()
        .result(
            OrderedMap.of("file", file.toString(), "recipe", recipe),
            RecipeWriter.yaml(recipe).stripTrailing());
    return 0;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw EngramException.file(file + " does not exist", e);
    } catch (CharacterCodingException e) {
      throw EngramException.file(file + " is not UTF-8", e);
    } catch (IOException e) {
      throw EngramException.file(file + " can't be read: " + e.getMessage(), e);
    }
  }
}
