package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.Measurement;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.eval.suites.Suites;
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
 * Lets a run reuse results of related runs (other trials, or other rows of a table), so that
 * nothing is computed twice.
 */
final class Siblings {
  private Siblings() {}

  /**
   * Copies the evaluation before the first update (measurements and rows) from another run with the
   * same model, data and settings. Returns false if there is none to copy.
   *
   * @param recipe recipe of the run to copy to
   * @param followsForget whether a suite measures the samples that are forgotten; if none does,
   *     their choice doesn't matter
   */
  static boolean before(Path from, RunFolder to, Recipe recipe, boolean followsForget) {
    return Sibling.in(from, recipe)
        .filter(
            other ->
                followsForget
                    ? other.beginsAs(recipe, to.manifest())
                    : other.opensAs(to.manifest()) && other.hasSuitesOf(recipe))
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
          // A run stopped before its first checkpoint starts over and may already have some of
          // these files.
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
   * Copies the difficulty before the first update from another run with the same model, forget set,
   * score and seed: methods differ only from the first update on. The journal keeps the measuring
   * run's seconds, so that the cost of an update does not depend on which run came first.
   *
   * @param recipe recipe of the run to copy to
   * @return the rows; empty if there is nothing to copy
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
        && !needs(own, DifficultyScore.Need.REHEARSAL)
        && (theirs.optimizer().equals(own.optimizer())
            || !needs(own, DifficultyScore.Need.OPTIMIZER));
  }

  private static boolean needs(Recipe recipe, DifficultyScore.Need need) {
    return recipe.estimator().needs().contains(need);
  }

  /** The journal line is written after the rows, so if it is there the rows are complete. */
  private static Optional<List<MrdRow>> copyDifficulty(Sibling other, RunFolder to) {
    return other.folder().journal().read().stream()
        .filter(event -> event.path("event").asString("").equals("refresh"))
        .filter(event -> event.path("epoch").asInt(0) == EPOCH)
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
    event.path("notes").forEach(note -> notes.add(note.asString("")));
    notes.add("copied from " + from + ", which measured it");
    fields.put("notes", notes);
    return fields;
  }

  /**
   * A run, finished or under way, whose results another run may reuse: another trial, or another
   * row of a table.
   *
   * @param folder its folder, only read
   * @param recipe its recipe
   * @param manifest what it was made from
   */
  record Sibling(RunFolder folder, Recipe recipe, Manifest manifest) {
    /**
     * The run in a folder; empty if there is none, or it has only just started.
     *
     * @param own the recipe of the run that looks for it, of the same kind
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
     * Checks that files named by both runs have the same content, since their numbers will be
     * compared.
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
            "%s is to be compared with %s, which was made from different versions of these files: %s.%nRestore them, or name a new folder with --out."
                .formatted(beside, folder.path(), String.join(", ", changed)));
      }
    }

    /**
     * Whether it starts from the same model, computed in the same number format, and the same data.
     */
    boolean beginsAs(Recipe own, Manifest ours) {
      return opensAs(ours)
          && drawn(recipe).equals(drawn(own))
          && (drawn(own).draw() == 0 || recipe.seed() == own.seed())
          && drawn(own).data().stream()
              .allMatch(
                  name ->
                      Objects.equals(manifest.dataHashes().get(name), ours.dataHashes().get(name)));
    }

    /** Whether it starts from the same model, computed in the same number format. */
    boolean opensAs(Manifest ours) {
      return manifest.modelHash().equals(ours.modelHash())
          && manifest.template().equals(ours.template())
          && manifest.dtype().equals(ours.dtype());
    }

    /** Whether its suites, narrowed to what it forgets, are the same. */
    boolean hasSuitesOf(Recipe own) {
      return suites(recipe).equals(suites(own));
    }

    private static List<String> suites(Recipe recipe) {
      return Suites.matching(recipe.eval().suites(), recipe.forget().data());
    }

    /**
     * Whether it uses the same code on the same kind of machine, so that results agree byte for
     * byte.
     */
    boolean computesAs(Manifest ours) {
      return manifest.engram().equals(ours.engram())
          && manifest.versions().equals(ours.versions())
          && manifest.device().equals(ours.device())
          && manifest.threads() == ours.threads();
    }

    /** Suites measure on the set that is drawn from; the retain set does not affect them. */
    private static DataSection drawn(Recipe recipe) {
      return recipe.drawn();
    }
  }
}
