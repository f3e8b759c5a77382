package io.engram.cli.command;

import io.engram.cli.option.CommandRecipe;
import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.RecipeKind;
import io.engram.core.EngramException;
import io.engram.core.hub.HubName;
import io.engram.core.recipe.MethodSection.MethodName;
import io.engram.core.recipe.Recipe;
import io.engram.core.recipe.RecipeReader;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.Suites;
import io.engram.unlearn.eval.memorization.MemorizationSuite;
import io.engram.unlearn.recipe.SampleSets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What {@code engram eval} measures.
 *
 * @param recipe names the model and its template
 * @param stage {@code before} for a model, {@code after} for a run's
 */
record EvaluatedModel(Recipe recipe, String stage) {
  /**
   * A run folder's model with the template it was unlearned with and its run's settings of suites,
   * those narrowed to what the run forgot, else MODEL.
   *
   * @param settings recipe keys to set otherwise
   */
  static EvaluatedModel of(ModelChoice choice, CommonOptions common, Map<String, String> settings) {
    // A name of a hub is no path; on Windows not even a bad one.
    Path folder = HubName.isMarked(choice.model()) ? null : Path.of(choice.model());
    if (folder != null && Files.isRegularFile(folder.resolve("manifest.json"))) {
      return ofRun(folder, settings);
    }
    CommandRecipe recipe = choice.recipe(common);
    settings.forEach(recipe::set);
    return new EvaluatedModel(recipe.read(), "before");
  }

  private static EvaluatedModel ofRun(Path folder, Map<String, String> settings) {
    try (RunFolder run = RunFolder.read(folder)) {
      Path model = Files.isDirectory(run.model()) ? run.model() : run.adapter();
      if (!Files.isDirectory(model)) {
        throw EngramException.file(
            "%s has neither model/ nor adapter/ yet; its run is %s"
                .formatted(folder, run.manifest().status()));
      }
      String yaml = run.recipe();
      List<String> ownModel =
          new ArrayList<>(
              List.of(
                  "model.path=" + JsonFiles.line(model.toString()),
                  "model.base=null",
                  "model.init=false"));
      settings.forEach((key, value) -> ownModel.add(key + "=" + value));
      String where = folder.resolve("recipe.yaml").toString();
      Recipe recipe = RecipeReader.parse(yaml, ownModel, RecipeKind.of(yaml), where);
      List<String> suites = Suites.matching(recipe.eval().suites(), recipe.forget().data());
      ownModel.add("eval.suites=" + JsonFiles.line(suites));
      return new EvaluatedModel(
          RecipeReader.parse(yaml, ownModel, RecipeKind.of(yaml), where), "after");
    }
  }

  /**
   * The suites, those of a run on what it forgot, as the run itself has them.
   *
   * @param chosen as the recipe names them
   * @param opened whose tokenizer cuts the run's samples
   */
  List<Suite> suites(List<Suite> chosen, LanguageModel opened) {
    // The run's data are read only where a suite asks for them: they may be gone by now.
    if (!stage.equals("after") || !recipe.eval().suites().contains(MemorizationSuite.NAME)) {
      return chosen;
    }
    boolean finetuned = recipe.method().name() == MethodName.FINETUNE;
    List<Sample> drawn =
        SampleSets.load(
            finetuned ? recipe.train() : recipe.forget(),
            finetuned ? "train" : "forget",
            recipe.seed(),
            opened.samples());
    return chosen.stream().map(suite -> suite.ofRun(drawn)).toList();
  }
}
