package io.engram.cli;

import io.engram.core.ProgressListener;
import io.engram.core.run.MrdRow;
import io.engram.core.run.RunFolder;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.tensor.Device;
import io.engram.unlearn.difficulty.Scoring;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import io.engram.unlearn.run.Experiment;
import io.engram.unlearn.run.Setup;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/**
 * The Java example of docs/java.md, between the two marks; a test runs it and compares the texts.
 */
final class ReadmeExample {
  private ReadmeExample() {}

  // README begins
  /** Prints the sample that is hardest to forget, unlearns all, and saves the model. */
  static void forget(Path recipeFile, Path runFolder, Path modelFolder) {
    Recipe recipe = RecipeReader.read(recipeFile, List.of(), Recipe.Kind.UNLEARN);
    Setup setup = new Setup("demo", Device.CPU, 0, 4096, ProgressListener.NONE, () -> false);
    ModelOptions options = setup.modelOptions(recipe.model(), recipe.seed());
    try (LanguageModel model = LanguageModel.open(recipe.model().path(), options);
        RunFolder run = RunFolder.create(runFolder)) {
      var forgetSet = SampleSource.load(recipe.forget().data());
      var score = recipe.estimator();
      var found = score.measure(Scoring.of(model, forgetSet, 42)).rows();
      System.out.println(found.stream().min(Comparator.comparingDouble(MrdRow::value)));
      Experiment.run(recipe, run, setup);
      try (LanguageModel unlearned = LanguageModel.open(run.model().toString(), options)) {
        unlearned.save(modelFolder);
      }
    }
  }
  // README ends
}
