package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.core.Version;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeWriter;
import io.engram.core.run.Hashes;
import io.engram.core.run.Manifest;
import io.engram.core.run.RunFolder;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Torch;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * The run folder of an evaluation alone: it has the manifest and recipe that make it one.
 *
 * @param run open for writing
 * @param recipe names the model
 * @param model open
 * @param common how it is carried out
 */
record EvaluationFolder(RunFolder run, Recipe recipe, LanguageModel model, CommonOptions common) {
  void begin() {
    String yaml = RecipeWriter.yaml(recipe);
    run.writeRecipe(yaml);
    run.writeManifest(
        new Manifest(
            Version.code(),
            common.typed(),
            Hashes.sha256(yaml),
            recipe.model().path(),
            model.hash(),
            Map.of(),
            model.options().device().name(),
            model.dtype().configName(),
            model.samples().template().name(),
            Torch.threads(),
            Map.of("java", System.getProperty("java.version"), "libtorch", Torch.version()),
            now(),
            null,
            "running"));
  }

  void end() {
    run.writeManifest(run.manifest().with("done", now()));
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
