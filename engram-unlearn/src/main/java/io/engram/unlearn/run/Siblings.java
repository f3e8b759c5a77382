package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.recipe.DataSection;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * What a run takes over from other runs beside it, so that nothing is computed twice: other trials,
 * or other rows of one table.
 */
final class Siblings {
  private Siblings() {}

  /**
   * Copies the measurements and rows of the evaluation before the first update from another run of
   * the same model, data and settings; false where nothing fits.
   *
   * @param recipe of the run to copy to
   */
  static boolean before(Path from, RunFolder to, Recipe recipe) {
    return Sibling.in(from, recipe)
        .filter(other -> other.beginsAs(recipe, to.manifest()))
        .filter(other -> other.recipe().eval().equals(recipe.eval()))
        .map(other -> copyBefore(other.folder(), to))
        .orElse(false);
  }

  private static boolean copyBefore(RunFolder other, RunFolder to) {
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

  private static final int EPOCH = 0;

  /**
   * Copies the difficulty before the first update from another run of the same model, forget set,
   * score and seed: methods differ from the first update on. The journal's seconds are those of the
   * run that measured it, so that what an update costs doesn't depend on which run came first.
   *
   * @param recipe of the run to copy to
   * @return the rows; empty where there is nothing that fits
   */
  static Optional<List<MrdRow>> difficulty(Path from, RunFolder to, Recipe recipe) {
    return Sibling.in(from, recipe)
        .filter(other -> measuresAs(other, recipe, to.manifest()))
        .flatMap(other -> copyDifficulty(other, to));
  }

  private static boolean measuresAs(Sibling other, Recipe own, Manifest ours) {
    Recipe theirs = other.recipe();
    return theirs.order().estimator() != null
        && Objects.equals(theirs.order().estimator(), own.order().estimator())
        && theirs.seed() == own.seed()
        && theirs.model().equals(own.model())
        && theirs.scope().equals(own.scope())
        && other.beginsAs(own, ours)
        && other.computesAs(ours)
        && (theirs.optimizer().equals(own.optimizer()) || !needsOptimizer(own));
  }

  private static boolean needsOptimizer(Recipe recipe) {
    return recipe.estimator().needs().contains(DifficultyScore.Need.OPTIMIZER);
  }

  /** The line comes after the rows: where it is, they are whole. */
  private static Optional<List<MrdRow>> copyDifficulty(Sibling other, RunFolder to) {
    return other.folder().journal().read().stream()
        .filter(event -> event.path("event").asString().equals("refresh"))
        .filter(event -> event.path("epoch").asInt() == EPOCH)
        .findFirst()
        .map(
            event -> {
              List<MrdRow> rows = other.folder().mrd(EPOCH);
              to.writeMrd(EPOCH, rows);
              to.journal().write("refresh", fields(event, other.folder().path()));
              return rows;
            });
  }

  private static Map<String, Object> fields(JsonNode event, Path from) {
    Map<String, Object> fields = new LinkedHashMap<>();
    event
        .properties()
        .forEach(
            field -> {
              if (!List.of("time", "event", "notes").contains(field.getKey())) {
                fields.put(
                    field.getKey(),
                    JsonFiles.mapper().convertValue(field.getValue(), Object.class));
              }
            });
    List<String> notes = new ArrayList<>();
    event.path("notes").forEach(note -> notes.add(note.asString()));
    notes.add("measured in " + from + ", taken from there");
    fields.put("notes", notes);
    return fields;
  }

  /**
   * Another run, done or under way, beside one that is to take over what both would compute the
   * same: another trial, or another row of one table.
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
     * Checks that what both name the same is the same still: their numbers are to stand side by
     * side.
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
}
