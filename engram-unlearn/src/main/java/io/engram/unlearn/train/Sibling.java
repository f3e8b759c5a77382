package io.engram.unlearn.train;

import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Another run, done or under way, beside one that is to take over what both would compute the same.
 *
 * @param folder its folder, to be read
 * @param recipe its recipe
 * @param manifest what it was made from
 */
record Sibling(RunFolder folder, Recipe recipe, Manifest manifest) {
  /** The run in a folder; empty where there is none, or it has only just begun. */
  static Optional<Sibling> in(Path path) {
    boolean begun =
        Files.isRegularFile(path.resolve("manifest.json"))
            && Files.isRegularFile(path.resolve("recipe.yaml"));
    if (!begun) {
      return Optional.empty();
    }
    RunFolder run = RunFolder.read(path);
    Recipe recipe =
        RecipeReader.parse(run.recipe(), List.of(), Recipe.Kind.UNLEARN, path + "/recipe.yaml");
    return Optional.of(new Sibling(run, recipe, run.manifest()));
  }

  /**
   * Whether it begins with the same model, computed in the same format, and the same forget set.
   */
  boolean beginsAs(Recipe own, Manifest ours) {
    return manifest.modelHash().equals(ours.modelHash())
        && manifest.template().equals(ours.template())
        && manifest.dtype().equals(ours.dtype())
        && recipe.forget().equals(own.forget())
        && (own.forget().draw() == 0 || recipe.seed() == own.seed())
        && own.forget().data().stream()
            .allMatch(
                name ->
                    Objects.equals(manifest.dataHashes().get(name), ours.dataHashes().get(name)));
  }

  /** Whether it computes with the same code on the same kind of machine: the same bytes. */
  boolean computesAs(Manifest ours) {
    return manifest.engram().equals(ours.engram())
        && manifest.versions().equals(ours.versions())
        && manifest.device().equals(ours.device())
        && manifest.threads() == ours.threads();
  }
}
