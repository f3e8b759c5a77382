package io.engram.unlearn.run;

import io.engram.core.EngramException;
import io.engram.core.Version;
import io.engram.core.run.Hashes;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Torch;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the manifest at the start and at the end of a run. */
final class Manifests {
  private Manifests() {}

  static Manifest start(Recipe recipe, LanguageModel model, Setup setup) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("java", System.getProperty("java.version"));
    versions.put("libtorch", Torch.version());
    versions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return new Manifest(
        Version.code(),
        setup.command(),
        recipeHash(recipe),
        recipe.model().path(),
        model.hash(),
        RunData.hashes(recipe),
        setup.device().name(),
        model.dtype().configName(),
        model.samples().template().name(),
        Torch.threads(),
        versions,
        now(),
        null,
        "running");
  }

  /**
   * Before a run is resumed: checks that the files it started from have not changed.
   *
   * @throws EngramException if the model's or the data's files have changed since
   */
  static void requireSameFiles(RunFolder run, Manifest now) {
    List<String> changed = changed(run.manifest(), now);
    if (!changed.isEmpty()) {
      throw EngramException.usage(
          "%s was started from different versions of these files: %s.%nRestore them, or start a new run."
              .formatted(run.path(), String.join(", ", changed)));
    }
  }

  /** The model and data sets whose files have changed. */
  private static List<String> changed(Manifest before, Manifest now) {
    List<String> changed = new ArrayList<>();
    if (!before.modelHash().equals(now.modelHash())) {
      changed.add(now.modelPath());
    }
    now.dataHashes()
        .forEach(
            (name, hash) -> {
              if (!hash.equals(before.dataHashes().get(name))) {
                changed.add(name);
              }
            });
    return changed;
  }

  static Manifest end(Manifest manifest, String status) {
    return manifest.with(status, now());
  }

  static String recipeHash(Recipe recipe) {
    return Hashes.sha256(RecipeWriter.yaml(recipe));
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
