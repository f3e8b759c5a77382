package io.engram.unlearn.train;

import io.engram.core.run.JsonFiles;
import io.engram.core.run.Manifest;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.unlearn.difficulty.DifficultyScore;
import io.engram.unlearn.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Takes the MRD before the first update from another run of the same model, forget set, estimator
 * and seed: methods differ from the first update on. Its seconds are those of the run that measured
 * it, so that what an update costs doesn't depend on which run came first.
 */
final class SharedMrd {
  private static final int EPOCH = 0;

  private SharedMrd() {}

  /**
   * Copies the rows and the journal's line.
   *
   * @param recipe of the run to copy to
   * @return the rows; empty where there is nothing that fits
   */
  static Optional<List<MrdRow>> copy(Path from, RunFolder to, Recipe recipe) {
    return Sibling.in(from, recipe)
        .filter(other -> measuresAs(other, recipe, to.manifest()))
        .flatMap(other -> copy(other, to));
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
  private static Optional<List<MrdRow>> copy(Sibling other, RunFolder to) {
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
}
