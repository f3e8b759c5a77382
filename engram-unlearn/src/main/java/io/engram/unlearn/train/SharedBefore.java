package io.engram.unlearn.train;

import io.engram.core.EngramException;
import io.engram.core.recipe.DataSection;
import io.engram.core.recipe.MethodSection.MethodName;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import io.engram.core.recipe.RecipeWriter;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Takes the evaluation before from another run of the same model, data and settings. */
final class SharedBefore {
  private SharedBefore() {}

  /**
   * Copies measurements and rows; false where there is nothing that fits.
   *
   * @param recipe of the run to copy to
   */
  static boolean copy(@Nullable Path from, RunFolder to, Recipe recipe) {
    if (from == null || !Files.isRegularFile(from.resolve("manifest.json"))) {
      return false;
    }
    try (RunFolder other = RunFolder.read(from)) {
      Manifest theirs = other.manifest();
      Manifest ours = to.manifest();
      Recipe earlier = recipe(other, recipe);
      requireSameFiles(from, to, theirs, earlier, recipe);
      List<Measurement> before =
          other.measurements().stream().filter(m -> m.stage().equals("before")).toList();
      boolean same =
          theirs.modelHash().equals(ours.modelHash())
              && theirs.template().equals(ours.template())
              && theirs.dtype().equals(ours.dtype())
              && recipe.eval().equals(earlier.eval())
              && sameDrawnSet(earlier, recipe)
              && sameDrawnFiles(earlier, theirs, ours);
      if (!same || before.isEmpty()) {
        return false;
      }
      copyRows(other.evaluationRows("before"), to.evaluationRows("before"));
      to.appendMeasurements(before);
      return true;
    }
  }

  /** Trials of one recipe differ in the seed alone; their mean would be of two experiments. */
  private static void requireSameFiles(
      Path from, RunFolder to, Manifest theirs, Recipe earlier, Recipe own) {
    List<String> changed = Manifests.changed(theirs, to.manifest());
    if (!changed.isEmpty() && withoutSeed(earlier).equals(withoutSeed(own))) {
      throw EngramException.usage(
          "%s is a trial beside %s, which was made of other files than these: %s.%nRestore them and delete this trial's folder, or name a new folder by --out."
              .formatted(to.path(), from, String.join(", ", changed)));
    }
  }

  private static String withoutSeed(Recipe recipe) {
    return RecipeWriter.yaml(recipe).replaceAll("(?m)^seed:.*$", "");
  }

  /** Of the same kind as this run's: trials are of one recipe, or of one table's. */
  private static Recipe recipe(RunFolder run, Recipe own) {
    return RecipeReader.parse(
        run.recipe(),
        List.of(),
        finetunes(own) ? Recipe.Kind.FINETUNE : Recipe.Kind.UNLEARN,
        run.path() + "/recipe.yaml");
  }

  private static boolean finetunes(Recipe recipe) {
    return recipe.method().name() == MethodName.FINETUNE;
  }

  /** The forget set, or the training set of a fine-tuning. */
  private static DataSection drawn(Recipe recipe) {
    return finetunes(recipe) ? recipe.train() : recipe.forget();
  }

  /** Suites measure on what is drawn from; the retain set is none of their business. */
  private static boolean sameDrawnSet(Recipe other, Recipe own) {
    return drawn(other).equals(drawn(own))
        && (drawn(own).draw() == 0 || other.seed() == own.seed());
  }

  private static boolean sameDrawnFiles(Recipe other, Manifest theirs, Manifest ours) {
    return drawn(other).data().stream()
        .allMatch(
            name -> Objects.equals(theirs.dataHashes().get(name), ours.dataHashes().get(name)));
  }

  private static void copyRows(Path from, Path to) {
    try {
      Files.createDirectories(to);
      try (Stream<Path> files = Files.list(from)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          // A run that was stopped before its first checkpoint begins anew and has some already.
          Path own = to.resolve(file.getFileName());
          Files.copy(file, own, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw EngramException.file(from + " could not be copied: " + e.getMessage(), e);
    }
  }
}
