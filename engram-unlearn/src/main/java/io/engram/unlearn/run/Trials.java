package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.run.TrialSummary;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.RecipeWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a recipe with {@code trials: n}: seeds seed, seed + 1, …, a run folder each. The
 * evaluation before is made in the first and taken over by the others: no seed is in it. A trial
 * that is done is never made again; with a larger n the folder gets the trials that are missing.
 * One that is done keeps its model and no checkpoint.
 *
 * <p>Folder: {@code recipe.yaml}, {@code trial-SEED/} each a run folder, {@code trials.jsonl}.
 */
public final class Trials {
  private static final String RECIPE = "recipe.yaml";
  private static final String SUMMARY = "trials.jsonl";

  private final Path folder;
  private final List<Trial> all;

  private Trials(Path folder, List<Trial> all) {
    this.folder = folder;
    this.all = all;
  }

  /**
   * One run.
   *
   * @param recipe of this trial alone
   * @param folder its run folder
   * @param siblings runs from which is taken what they have computed the same
   */
  public record Trial(Recipe recipe, Path folder, List<Path> siblings) {
    /** {@code running} also of one that was stopped; null where it hasn't begun. */
    public @Nullable String status() {
      if (!Files.isRegularFile(folder.resolve("manifest.json"))) {
        return null;
      }
      try (RunFolder run = RunFolder.read(folder)) {
        return run.manifest().status();
      }
    }

    /** Whether nothing is left to do. */
    public boolean isDone() {
      return "done".equals(status());
    }

    /** Gives back the room of what only going on with it would need; it is done. */
    public void discardCheckpoint() {
      try (RunFolder run = RunFolder.resume(folder)) {
        run.discardCheckpoint();
      }
    }
  }

  /**
   * The trials of a recipe in a folder, whatever is there of them.
   *
   * @throws EngramException if the folder holds another recipe's trials, or anything else
   */
  public static Trials of(Recipe recipe, Path folder) {
    return of(recipe, folder, List.of());
  }

  /**
   * The same, beside the trials of other recipes: the evaluation before may be taken over from the
   * very first of all, MRD before the first update from those of the same seed.
   *
   * @param earlier trials of other recipes, in the order in which they are begun
   */
  public static Trials of(Recipe recipe, Path folder, List<Trials> earlier) {
    Path file = folder.resolve(RECIPE);
    if (Files.exists(file)) {
      requireSame(folder, recipeIn(folder, recipe.kind()), recipe);
    } else {
      requireEmpty(folder);
    }
    JsonFiles.writeText(file, RecipeWriter.yaml(recipe));
    Path first = folder.resolve("trial-" + recipe.seed());
    return new Trials(
        folder,
        IntStream.range(0, recipe.trials())
            .mapToObj(i -> recipe.seed() + i)
            .map(
                seed ->
                    new Trial(
                        alone(recipe, seed),
                        folder.resolve("trial-" + seed),
                        siblings(seed, seed == recipe.seed() ? null : first, earlier)))
            .toList());
  }

  private static List<Path> siblings(long seed, @Nullable Path first, List<Trials> earlier) {
    List<Path> siblings = new ArrayList<>();
    if (first != null) {
      siblings.add(first);
    } else if (!earlier.isEmpty()) {
      siblings.add(earlier.get(0).all().get(0).folder());
    }
    earlier.stream()
        .flatMap(trials -> trials.all().stream())
        .filter(trial -> trial.recipe().seed() == seed)
        .map(Trial::folder)
        .filter(folder -> !siblings.contains(folder))
        .forEach(siblings::add);
    return siblings;
  }

  /** Whether a folder is one of trials: it has a recipe and is no run itself. */
  public static boolean areIn(Path folder) {
    return Files.isRegularFile(folder.resolve(RECIPE))
        && !Files.exists(folder.resolve("manifest.json"));
  }

  /**
   * The recipe whose trials a folder holds.
   *
   * @param kind what the recipe is for
   */
  public static Recipe recipeIn(Path folder, Recipe.Kind kind) {
    Path file = folder.resolve(RECIPE);
    return RecipeReader.resolved(JsonFiles.readText(file), List.of(), kind, file.toString());
  }

  /** Where they lie. */
  public Path folder() {
    return folder;
  }

  /** In the order of their seeds. */
  public List<Trial> all() {
    return all;
  }

  /**
   * Mean and scatter of each measure over the trials that are done; also written to the folder.
   *
   * @return empty where none is done
   */
  public List<TrialSummary> summarize() {
    List<TrialSummary> summary = TrialSummary.of(measurements());
    JsonFiles.writeLines(folder.resolve(SUMMARY), summary);
    return summary;
  }

  /** The measurements of each trial that is done. */
  public List<List<Measurement>> measurements() {
    return all.stream().filter(Trial::isDone).map(trial -> measurements(trial.folder())).toList();
  }

  private static List<Measurement> measurements(Path folder) {
    try (RunFolder run = RunFolder.read(folder)) {
      return run.measurements();
    }
  }

  private static Recipe alone(Recipe recipe, long seed) {
    return RecipeReader.parse(
        RecipeWriter.yaml(recipe),
        List.of("trials=1", "seed=" + seed),
        recipe.kind(),
        "trial " + seed);
  }

  /** All but the number of trials must be the same: there may be more of them, or fewer. */
  private static void requireSame(Path folder, Recipe there, Recipe own) {
    if (!alone(there, there.seed()).equals(alone(own, own.seed()))) {
      throw EngramException.usage(
          folder + " holds the trials of another recipe; choose another --out.");
    }
  }

  private static void requireEmpty(Path folder) {
    try {
      if (Files.isDirectory(folder)) {
        try (var files = Files.list(folder)) {
          if (files.findAny().isPresent()) {
            throw EngramException.usage(
                folder + " is not empty; name a new or empty folder by --out.");
          }
        }
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw EngramException.resources(folder + " can't be used: " + e.getMessage(), e);
    }
  }
}
