package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.RecipeKind;
import io.engram.core.EngramException;
import io.engram.core.hub.HubName;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What {@code engram eval} measures.
 *
 * @param recipe names the model and its template
 * @param stage {@code before} for a model, {@code after} for a run's
 */
record EvaluatedModel(Recipe recipe, String stage) {
  /** A run folder's model with the template it was unlearned with, else MODEL. */
  static EvaluatedModel of(ModelChoice choice, CommonOptions common) {
    if (HubName.isMarked(choice.model())) { // No path, on Windows not even a bad one.
      return new EvaluatedModel(choice.recipe(common).read(), "before");
    }
    Path folder = Path.of(choice.model());
    return Files.isRegularFile(folder.resolve("manifest.json"))
        ? ofRun(folder)
        : new EvaluatedModel(choice.recipe(common).read(), "before");
  }

  private static EvaluatedModel ofRun(Path folder) {
    try (RunFolder run = RunFolder.read(folder)) {
      Path model = run.model();
      if (!Files.isDirectory(model)) {
        throw EngramException.file(
            "%s has no model/ yet; its run is %s".formatted(folder, run.manifest().status()));
      }
      String yaml = run.recipe();
      List<String> ownModel =
          List.of(
              "model.path=" + JsonFiles.line(model.toString()),
              "model.base=null",
              "model.init=false");
      Recipe recipe =
          RecipeReader.parse(
              yaml, ownModel, RecipeKind.of(yaml), folder.resolve("recipe.yaml").toString());
      return new EvaluatedModel(recipe, "after");
    }
  }
}
