package io.engram.cli.command;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.option.ModelChoice;
import io.engram.cli.option.SampleFilter;
import io.engram.cli.output.RowFile;
import io.engram.cli.output.UpdatesText;
import io.engram.cli.progress.Watched;
import io.engram.core.sample.Sample;
import io.engram.core.settings.Choices;
import io.engram.model.LanguageModel;
import io.engram.unlearn.mrd.UpdatesPredictor;
import io.engram.unlearn.recipe.Recipe;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code engram mrd … --estimator predicted_updates}. */
record PredictedUpdatesRun(Recipe recipe, String data, CommonOptions common) {
  void run(SampleFilter.Chosen chosen, @Nullable Path out, int shown) {
    List<Sample> samples;
    UpdatesPredictor.Result found;
    try (LanguageModel opened = ModelChoice.open(recipe, common)) {
      List<Sample> of = chosen.of(opened);
      samples = of;
      found =
          Watched.run(
              common.console(),
              progress ->
                  UpdatesPredictor.run(
                      opened,
                      of,
                      recipe.estimator(),
                      recipe.scope().training(),
                      recipe.optimizer().settings(),
                      progress));
    }
    RowFile.write(out, found.rows(), common.console());
    common
        .console()
        .result(json(found), UpdatesText.of(found.rows(), found.notes(), samples, shown));
  }

  private Map<String, Object> json(UpdatesPredictor.Result found) {
    Map<String, Object> estimator = new LinkedHashMap<>();
    estimator.put("name", recipe.estimator().name());
    estimator.put("until", recipe.estimator().until());
    estimator.put("scope", recipe.estimator().scope());
    estimator.put("optimizer", Choices.nameOf(recipe.optimizer()));
    estimator.put("learning_rate", recipe.optimizer().learningRate());
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", recipe.model().path());
    object.put("data", data);
    object.put("estimator", estimator);
    object.put("seed", recipe.seed());
    object.put("notes", found.notes());
    object.put("samples", found.rows());
    return object;
  }
}
