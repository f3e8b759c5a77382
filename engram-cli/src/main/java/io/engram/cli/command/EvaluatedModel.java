package io.engram.cli.command;

import io.engram.cli.option.CommandRecipe;
import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.RunFolder;
import io.engram.core.run.RunModel;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.unlearn.eval.Suite;
import io.engram.unlearn.eval.suites.Suites;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.recipe.SampleSets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The model that {@code engram eval} measures, and how.
 *
 * @param recipe the model, its template and the suites' settings
 * @param stage {@code before} for a plain model, {@code after} for that of a run
 */
record EvaluatedModel(Recipe recipe, String stage) {
  /**
   * If MODEL is a run folder, the run's model with the run's template and the suites' settings,
   * restricted to the samples that the run forgot; otherwise MODEL itself.
   *
   * @param settings recipe keys to change
   */
  static EvaluatedModel of(ModelChoice choice, CommonOptions common, Map<String, String> settings) {
    return choice
        .run()
        .map(run -> ofRun(run, choice, common, settings))
        .orElseGet(
            () -> {
              CommandRecipe recipe = choice.recipe(common);
              settings.forEach(recipe::set);
              return new EvaluatedModel(recipe.read(), "before");
            });
  }

  private static EvaluatedModel ofRun(
      Path named, ModelChoice choice, CommonOptions common, Map<String, String> settings) {
    Path folder = RunModel.best(named);
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("model.path", JsonFiles.line(RunModel.of(folder).toString()));
    keys.put("model.base", choice.base() == null ? "null" : JsonFiles.line(choice.base()));
    keys.put("model.init", "false");
    if (choice.template() != null) {
      keys.put("model.template", choice.template());
    }
    if (common.dtype() != null) {
      keys.put("model.dtype", common.dtype());
    }
    keys.putAll(settings);
    try (RunFolder run = RunFolder.read(folder)) {
      Recipe recipe = recipe(run, keys);
      List<String> suites = Suites.matching(recipe.eval().suites(), recipe.forget().data());
      keys.put("eval.suites", JsonFiles.line(suites));
      return new EvaluatedModel(recipe(run, keys), "after");
    }
  }

  private static Recipe recipe(RunFolder run, Map<String, String> keys) {
    String yaml = run.recipe();
    List<String> overrides =
        keys.entrySet().stream().map(key -> key.getKey() + "=" + key.getValue()).toList();
    return RecipeReader.parse(
        yaml, overrides, Recipe.Kind.of(yaml), run.path().resolve("recipe.yaml").toString());
  }

  /**
   * The suites; for a run, on the samples that it forgot, as in the run itself.
   *
   * @param chosen the suites that the recipe names
   * @param opened the model whose tokenizer cuts the run's samples
   */
  List<Suite> suites(List<Suite> chosen, LanguageModel opened) {
    // Read the run's data only if a suite needs them: they may be gone by now.
    if (!stage.equals("after") || chosen.stream().noneMatch(Suite::followsRun)) {
      return chosen;
    }
    boolean finetuned = !recipe.method().forgets();
    List<Sample> drawn =
        SampleSets.load(
            recipe.drawn(), finetuned ? "train" : "forget", recipe.seed(), opened.samples());
    return chosen.stream().map(suite -> suite.ofRun(drawn)).toList();
  }
}
