package io.engram.unlearn.reproduce;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.study.Study;
import io.engram.core.study.StudyProvenance;
import io.engram.model.LanguageModel;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeWriter;
import io.engram.unlearn.run.Setup;
import io.engram.unlearn.run.Trials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * How to run an experiment.
 *
 * @param model the model whose recipes to use: {@code mini}, as in {@code
 *     recipes/tofu/mini-npo.yaml}
 * @param trials runs per row, one seed each
 * @param samples number of samples, or groups of samples; empty: the experiment's default
 * @param overrides keys to change in all recipes, {@code key=value}
 * @param folder the folder for everything
 * @param setup how to run the computation
 * @param runner runs the remaining trials of several recipes; false if it was stopped
 */
public record ReproductionPlan(
    String model,
    int trials,
    OptionalInt samples,
    List<String> overrides,
    Path folder,
    Setup setup,
    Predicate<List<Trials>> runner) {
  /** Copies the list. */
  public ReproductionPlan {
    overrides = List.copyOf(overrides);
  }

  /** The changes to the recipes, as a limitation of the findings. */
  List<String> changes() {
    return overrides.isEmpty()
        ? List.of()
        : List.of("Changed from the recipes: " + String.join(", ", overrides) + ".");
  }

  /** The number of samples, or groups of samples, to use. */
  int samples(int standard) {
    return samples.orElse(standard);
  }

  /** The provenance of findings made with one recipe. */
  StudyProvenance provenance(Recipe recipe, String modelHash) {
    Map<String, String> more = new LinkedHashMap<>();
    more.put("command", setup.command());
    more.put("data", recipe.forget().data().toString());
    more.put("device", setup.device().name());
    return StudyProvenance.now(recipe.seed(), RecipeWriter.yaml(recipe), modelHash, more);
  }

  /**
   * The finding of this recipe that the folder holds, else a new one: what is made once isn't made
   * again.
   *
   * @param settings what it depends on beside the recipe
   * @throws EngramException if the folder holds another recipe's, or another model's
   */
  Study once(Recipe recipe, String settings, Supplier<Study> make) {
    Path file = folder.resolve("recipe.yaml");
    Path found = folder.resolve("study.json");
    String own = RecipeWriter.yaml(recipe) + "# " + settings + "\n";
    if (Files.exists(file) && !JsonFiles.readText(file).equals(own)) {
      throw EngramException.usage(
          folder
              + " holds the findings of another recipe: its recipe.yaml differs. Name another "
              + "folder with --out.");
    }
    if (Files.exists(file) && Files.exists(found)) {
      Study study = Study.read(found);
      String hash = LanguageModel.hash(recipe.model().path(), recipe.model().base());
      if (!study.provenance().modelHash().equals(hash)) {
        throw EngramException.usage(
            "%s holds the findings of another model: the files of model.path = %s have changed since. Name another folder with --out."
                .formatted(folder, recipe.model().path()));
      }
      return study;
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw EngramException.resources(folder + " can't be made: " + e.getMessage(), e);
    }
    JsonFiles.writeText(file, own);
    return make.get();
  }
}
