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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code engram eval} measures.
 *
 * @param recipe names the model and its template
 * @param stage {@code before} for a model, {@code after} for a run's
 */
record EvaluatedModel(Recipe recipe, String stage) {
  private static final String ENCODER = "eval.encoder";

  /**
   * A run folder's model with the template it was unlearned with and its run's encoder, else MODEL.
   *
   * @param encoder the one to judge with instead; null: no other
   */
  static EvaluatedModel of(ModelChoice choice, CommonOptions common, @Nullable String encoder) {
    String judge = encoder == null ? null : JsonFiles.line(encoder);
    // A name of a hub is no path; on Windows not even a bad one.
    Path folder = HubName.isMarked(choice.model()) ? null : Path.of(choice.model());
    return folder != null && Files.isRegularFile(folder.resolve("manifest.json"))
        ? ofRun(folder, judge)
        : new EvaluatedModel(choice.recipe(common).set(ENCODER, judge).read(), "before");
  }

  private static EvaluatedModel ofRun(Path folder, @Nullable String judge) {
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
      if (judge != null) {
        ownModel.add(ENCODER + "=" + judge);
      }
      Recipe recipe =
          RecipeReader.parse(
              yaml, ownModel, RecipeKind.of(yaml), folder.resolve("recipe.yaml").toString());
      return new EvaluatedModel(recipe, "after");
    }
  }
}
