package io.engram.cli.command;

import io.engram.cli.option.CommandRecipe;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@code engram eval} measures.
 *
 * @param recipe names the model and its template
 * @param stage {@code before} for a model, {@code after} for a run's
 */
record EvaluatedModel(Recipe recipe, String stage) {
  /**
   * A run folder's model with the template it was unlearned with and its run's settings of suites,
   * else MODEL.
   *
   * @param settings recipe keys to set otherwise
   */
  static EvaluatedModel of(ModelChoice choice, CommonOptions common, Map<String, String> settings) {
    // A name of a hub is no path; on Windows not even a bad one.
    Path folder = HubName.isMarked(choice.model()) ? null : Path.of(choice.model());
    if (folder != null && Files.isRegularFile(folder.resolve("manifest.json"))) {
      return ofRun(folder, settings);
    }
    CommandRecipe recipe = choice.recipe(common);
    settings.forEach(recipe::set);
    return new EvaluatedModel(recipe.read(), "before");
  }

  private static EvaluatedModel ofRun(Path folder, Map<String, String> settings) {
    try (RunFolder run = RunFolder.read(folder)) {
      Path model = Files.isDirectory(run.model()) ? run.model() : run.adapter();
      if (!Files.isDirectory(model)) {
        throw EngramException.file(
            "%s has neither model/ nor adapter/ yet; its run is %s"
                .formatted(folder, run.manifest().status()));
      }
      String yaml = run.recipe();
      List<String> ownModel =
          new ArrayList<>(
              List.of(
                  "model.path=" + JsonFiles.line(model.toString()),
                  "model.base=null",
                  "model.init=false"));
      settings.forEach((key, value) -> ownModel.add(key + "=" + value));
      Recipe recipe =
          RecipeReader.parse(
              yaml, ownModel, RecipeKind.of(yaml), folder.resolve("recipe.yaml").toString());
      return new EvaluatedModel(recipe, "after");
    }
  }
}
