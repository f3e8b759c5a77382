package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.Measurement;
import io.engram.core.run.RunFolder;
import io.engram.core.run.TrialSummary;
import io.engram.core.run.UnstartedRun;
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
 * The runs of a recipe with {@code trials: n}: one run folder for each of the seeds seed, seed + 1,
 * …. The evaluation before unlearning does not depend on the seed, so the first trial makes it and
 * the others copy it. A finished trial is never run again; a larger n adds the missing trials. A
 * finished trial keeps its model and drops its checkpoint.
 *
 * <p>Folder: {@code recipe.yaml}, {@code trial-SEED/} (a run folder each), {@code trials.jsonl}.
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
   * One trial.
   *
   * @param recipe recipe of this trial alone
   * @param folder its run folder
   * @param siblings runs whose identical results are reused
   */
  public record Trial(Recipe recipe, Path folder, List<Path> siblings) {
    /**
     * The status in the manifest, {@code running} also for a run that was stopped; null if it has
     * not started.
     */
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

    /** Starts it, or resumes it where it was stopped. One that is done drops its checkpoint. */
    public Experiment.Outcome carryOut(Setup setup) {
      Experiment.Outcome outcome = status() == null ? begin(setup) : resume(setup);
      if (outcome.status().equals("done")) {
        try (RunFolder run = RunFolder.resume(folder)) {
          run.discardCheckpoint();
        }
      }
      return outcome;
    }

    private Experiment.Outcome begin(Setup setup) {
      UnstartedRun unstarted = UnstartedRun.of(folder);
      try (RunFolder run = RunFolder.create(folder)) {
        return Experiment.run(recipe, run, setup);
      } finally {
        unstarted.removeIfNoRun();
      }
    }

    private Experiment.Outcome resume(Setup setup) {
      try (RunFolder run = RunFolder.resume(folder)) {
        return Experiment.resume(run, recipe.kind(), setup);
      }
    }
  }

  /**
   * The trials of a recipe in a folder, both those already there and those still to run.
   *
   * @throws EngramException if the folder holds trials of another recipe, or other files
   */
  public static Trials of(Recipe recipe, Path folder) {
    return of(recipe, folder, List.of());
  }

  /**
   * The same, next to trials of other recipes: the evaluation before may be copied from the very
   * first trial of all, and MRD before the first update from trials with the same seed.
   *
   * @param earlier trials of other recipes, in the order in which they run
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

  /** Whether a folder holds trials: it has a recipe but is not a run itself. */
  public static boolean areIn(Path folder) {
    return Files.isRegularFile(folder.resolve(RECIPE))
        && !Files.exists(folder.resolve("manifest.json"));
  }

  /**
   * The recipe whose trials a folder holds.
   *
   * @param kind whether the recipe unlearns or fine-tunes
   */
  public static Recipe recipeIn(Path folder, Recipe.Kind kind) {
    Path file = folder.resolve(RECIPE);
    return RecipeReader.resolved(JsonFiles.readText(file), List.of(), kind, file.toString());
  }

  /** The folder that holds the trials. */
  public Path folder() {
    return folder;
  }

  /** All trials in the order of their seeds. */
  public List<Trial> all() {
    return all;
  }

  /**
   * Mean and spread of each measurement over the finished trials; also written to the folder.
   *
   * @return empty if none has finished
   */
  public List<TrialSummary> summarize() {
    List<TrialSummary> summary = TrialSummary.of(measurements());
    JsonFiles.writeLines(folder.resolve(SUMMARY), summary);
    return summary;
  }

  /** The measurements of each finished trial. */
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

  /** Everything but the number of trials must be the same. */
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
                folder + " is not empty; name a new or empty folder with --out.");
          }
        }
      }
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw EngramException.resources(folder + " can't be used: " + e.getMessage(), e);
    }
  }
}
