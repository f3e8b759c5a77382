package io.engram.unlearn.train;

import io.engram.core.EngramException;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Another run, done or under way, beside one that is to take over what both would compute the same:
 * another trial, or another row of one table.
 *
 * @param folder its folder, to be read
 * @param recipe its recipe
 * @param manifest what it was made from
 */
record Sibling(RunFolder folder, Recipe recipe, Manifest manifest) {
  /**
   * The run in a folder; empty where there is none, or it has only just begun.
   *
   * @param own the recipe of the run beside it, of the same kind
   */
  static Optional<Sibling> in(Path path, Recipe own) {
    boolean begun =
        Files.isRegularFile(path.resolve("manifest.json"))
            && Files.isRegularFile(path.resolve("recipe.yaml"));
    if (!begun) {
      return Optional.empty();
    }
    RunFolder run = RunFolder.read(path);
    Recipe recipe =
        RecipeReader.resolved(run.recipe(), List.of(), own.kind(), path + "/recipe.yaml");
    return Optional.of(new Sibling(run, recipe, run.manifest()));
  }

  /**
   * Checks that what both name the same is the same still: their numbers are to stand side by side.
   *
   * @throws EngramException if the model's or the data's files have changed since this run
   */
  void requireSameFiles(Path beside, Manifest ours) {
    List<String> changed = new ArrayList<>();
    if (manifest.modelPath().equals(ours.modelPath())
        && !manifest.modelHash().equals(ours.modelHash())) {
      changed.add(ours.modelPath());
    }
    ours.dataHashes()
        .forEach(
            (name, hash) -> {
              if (!hash.equals(manifest.dataHashes().getOrDefault(name, hash))) {
                changed.add(name);
              }
            });
    if (!changed.isEmpty()) {
      throw EngramException.usage(
          "%s is to stand beside %s, which was made of other files than these: %s.%nRestore them, or name a new folder by --out."
              .formatted(beside, folder.path(), String.join(", ", changed)));
    }
  }

  /** Whether it begins with the same model, computed in the same format, and the same set. */
  boolean beginsAs(Recipe own, Manifest ours) {
    return manifest.modelHash().equals(ours.modelHash())
        && manifest.template().equals(ours.template())
        && manifest.dtype().equals(ours.dtype())
        && drawn(recipe).equals(drawn(own))
        && (drawn(own).draw() == 0 || recipe.seed() == own.seed())
        && drawn(own).data().stream()
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

  /** Suites measure on what is drawn from; the retain set is none of their business. */
  private static DataSection drawn(Recipe recipe) {
    return recipe.drawn();
  }
}
