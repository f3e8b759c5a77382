package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.study.Study;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A finding of one measurement: what lies in its folder already isn't made again. */
final class MadeOnce {
  private MadeOnce() {}

  /**
   * The finding of this recipe that the plan's folder holds, else a new one.
   *
   * @param settings what it depends on beside the recipe
   * @throws EngramException if the folder holds another recipe's
   */
  static Study of(ReproductionPlan plan, Recipe recipe, String settings, Supplier<Study> make) {
    Path file = plan.folder().resolve("recipe.yaml");
    Path found = plan.folder().resolve("study.json");
    String own = RecipeWriter.yaml(recipe) + "# " + settings + "\n";
    if (Files.exists(file) && !JsonFiles.readText(file).equals(own)) {
      throw EngramException.usage(
          plan.folder()
              + " holds the findings of another recipe: its recipe.yaml differs. Name another"
              + " folder by --out.");
    }
    if (Files.exists(file) && Files.exists(found)) {
      return Study.read(found);
    }
    try {
      Files.createDirectories(plan.folder());
    } catch (IOException e) {
      throw EngramException.resources(plan.folder() + " can't be made: " + e.getMessage(), e);
    }
    JsonFiles.writeText(file, own);
    return make.get();
  }
}
