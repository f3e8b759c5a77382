package io.engram.unlearn.train;

import io.engram.core.EngramException;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An experiment from recipe to results: opens the model, evaluates it, unlearns (or fine-tunes),
 * evaluates again, and writes everything to the run folder.
 */
public final class UnlearningLoop {
  private UnlearningLoop() {}

  /**
   * Runs a recipe in a new run folder.
   *
   * @throws EngramException if the recipe can't be run or training diverges
   */
  public static Outcome run(Recipe recipe, RunFolder folder, Setup setup) {
    if (recipe.trials() != 1) {
      throw EngramException.usage(
          "trials: " + recipe.trials() + ": a run is one trial; Trials makes several of them.");
    }
    folder.writeRecipe(RecipeWriter.yaml(recipe));
    return carryOut(recipe, folder, setup, false);
  }

  /**
   * Goes on with an interrupted run; the result is that of an uninterrupted one, bit for bit.
   *
   * @throws EngramException if the folder's run is done or can't be resumed
   */
  public static Outcome resume(RunFolder folder, Recipe.Kind kind, Setup setup) {
    if (folder.manifest().status().equals("done")) {
      throw EngramException.usage(
          folder.path() + " is a finished run; there is nothing to resume.");
    }
    Recipe recipe =
        RecipeReader.resolved(folder.recipe(), List.of(), kind, folder.path() + "/recipe.yaml");
    return carryOut(recipe, folder, setup, true);
  }

  private static Outcome carryOut(Recipe recipe, RunFolder folder, Setup setup, boolean resumed) {
    long start = System.nanoTime();
    RunMemory memory = RunMemory.of(recipe, setup);
    memory.require();
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      Results.requireWritable(recipe, model);
      RunData data = RunData.load(recipe, model.samples());
      Manifest manifest = Manifests.start(recipe, model, setup);
      if (resumed) {
        Manifests.requireSameFiles(folder, manifest);
      } else {
        requireSameFilesBeside(recipe, setup, folder, manifest);
        folder.writeManifest(manifest);
        folder.journal().write("start", Map.of("recipe", Manifests.recipeHash(recipe)));
      }
      RunState state = RunState.open(folder, data, resumed);
      boolean checkpointed = memory.mustCheckpoint(data);
      noteMemory(folder, memory, checkpointed);
      Outcome outcome =
          new Stages(recipe, folder, setup, model, data, state, checkpointed).run(start);
      folder.writeManifest(Manifests.end(folder.manifest(), outcome.status()));
      return outcome;
    } catch (RuntimeException e) {
      fail(folder, e);
      throw e;
    }
  }

  private static void requireSameFilesBeside(
      Recipe recipe, Setup setup, RunFolder folder, Manifest manifest) {
    for (Path sibling : setup.siblings()) {
      Sibling.in(sibling, recipe)
          .ifPresent(other -> other.requireSameFiles(folder.path(), manifest));
    }
  }

  private static void noteMemory(RunFolder folder, RunMemory memory, boolean checkpointed) {
    if (!memory.text().isEmpty()) {
      String again = checkpointed ? " Layers are computed again for their gradients." : "";
      folder.journal().write("note", Map.of("text", memory.text() + again));
    }
  }

  private static void fail(RunFolder folder, RuntimeException failure) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("message", String.valueOf(failure.getMessage()));
    fields.put("trace", List.of(failure.getStackTrace()).stream().map(String::valueOf).toList());
    folder.journal().write("failure", fields);
    if (java.nio.file.Files.exists(folder.path().resolve("manifest.json"))) {
      folder.writeManifest(Manifests.end(folder.manifest(), "failed"));
    }
  }
}
