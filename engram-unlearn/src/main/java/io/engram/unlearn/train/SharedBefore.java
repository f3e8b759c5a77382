package io.engram.unlearn.train;

import io.engram.core.EngramException;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Takes the evaluation before from another run of the same model, data and settings. */
final class SharedBefore {
  private SharedBefore() {}

  /**
   * Copies measurements and rows; false where there is nothing that fits.
   *
   * @param recipe of the run to copy to
   */
  static boolean copy(Path from, RunFolder to, Recipe recipe) {
    return Sibling.in(from, recipe)
        .filter(other -> other.beginsAs(recipe, to.manifest()))
        .filter(other -> other.recipe().eval().equals(recipe.eval()))
        .map(other -> copy(other.folder(), to))
        .orElse(false);
  }

  private static boolean copy(RunFolder other, RunFolder to) {
    List<Measurement> before =
        other.measurements().stream().filter(m -> m.stage().equals("before")).toList();
    if (before.isEmpty()) {
      return false;
    }
    copyRows(other.evaluationRows("before"), to.evaluationRows("before"));
    to.appendMeasurements(before);
    return true;
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
