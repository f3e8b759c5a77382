package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.sample.SampleSource;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingSequence;
import io.engram.model.train.WeightSnapshot;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.difficulty.UpdatesPredictor;
import io.engram.unlearn.method.GradientAscent;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import io.engram.unlearn.order.UniformOrder;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.study.Criterion.Met;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("recipe")
class UpdatesJointlyTest {
  private static final int EPOCHS = 4;
  private static final double MORE_NATS = 0.3;

  @TempDir Path folder;

  private static LanguageModel open() {
    return TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32);
  }

  private static List<TokenizedSample> samples(Recipe recipe, LanguageModel model) {
    return model.samples().tokenize(SampleSource.load(recipe.forget().data()));
  }

  private static double[] means(LanguageModel model, List<TokenizedSample> samples) {
    return new Scorer(model)
        .logProbs(samples, ProgressListener.NONE).stream()
            .mapToDouble(l -> Arrays.stream(l).average().orElseThrow())
            .toArray();
  }

  /** Mean ℓ of every sample after 0, 1, 2 .. updates, by a loop of its own. */
  private static List<double[]> path(Recipe recipe) {
    List<double[]> path = new ArrayList<>();
    try (LanguageModel model = open();
        Trainer trainer =
            new Trainer(
                model, recipe.scope().training(), recipe.optimizer().settings(), recipe.seed())) {
      List<TokenizedSample> samples = samples(recipe, model);
      path.add(means(model, samples));
      for (int epoch = 0; epoch < EPOCHS; epoch++) {
        int[] drawn = UniformOrder.permutation(epoch, 5, recipe.seed());
        for (int[] pair : new int[][] {{0, 2}, {2, 4}, {4, 5}}) {
          List<TokenizedSample> own =
              Arrays.stream(drawn, pair[0], pair[1]).mapToObj(samples::get).toList();
          UpdateSize size = UpdateSize.of(own);
          trainer.accumulate(
              own.stream()
                  .map(
                      s ->
                          new TrainingSequence(
                              s,
                              new Objective.OfLogProbs(
                                  new GradientAscent(1, 0, RetainLoss.NLL, null).forget(s, size))))
                  .toList());
          trainer.update(recipe.optimizer().learningRate());
          path.add(means(model, samples));
        }
      }
    }
    return path;
  }

  /** The first crossing on straight lines between updates; NaN where there is none. */
  private static double crossed(List<double[]> path, int sample, double threshold) {
    for (int u = 1; u < path.size(); u++) {
      double from = path.get(u - 1)[sample];
      double to = path.get(u)[sample];
      if (to <= threshold) {
        return u - 1 + (from - threshold) / (from - to);
      }
    }
    return Double.NaN;
  }

  @Test
  void countsTheUpdatesOfTheRun() throws IOException {
    Recipe recipe =
        TinyStudy.recipe(
            folder, TinyStudy.ADAMW + "\nbudget: {epochs: 1, batch: 1, accumulate: 2}");
    List<double[]> path = path(recipe);
    double threshold = Arrays.stream(path.get(0)).min().orElseThrow() - MORE_NATS;
    Met.Outcome[] found = new Met.Outcome[5];
    try (LanguageModel model = open();
        WeightSnapshot start = new WeightSnapshot(model)) {
      List<TokenizedSample> samples = samples(recipe, model);
      double[] before = means(model, samples);
      UpdatesPredictor predictor =
          new UpdatesPredictor(
              model, recipe.scope().training(), recipe.optimizer().settings(), -threshold);
      List<Criterion> criteria =
          List.of(
              new Criterion("mean", Criterion.Measure.MEAN_LOG_PROB, threshold),
              new Criterion("never", Criterion.Measure.MEAN_LOG_PROB, -1000));
      new UpdatesJointly(
              recipe, model, start, predictor, criteria, EPOCHS, TinyStudy.setup(() -> false))
          .run(samples, (outcome, i) -> found[i] = outcome);
      assertThat(means(model, samples)).containsExactly(before);
    }
    assertThat(found).doesNotContainNull();
    int met = 0;
    for (int i = 0; i < 5; i++) {
      Map<String, Double> updates = found[i].updates();
      double expected = crossed(path, i, threshold);
      assertThat(updates).doesNotContainKey("never");
      assertThat(updates.getOrDefault("mean", Double.NaN)).isEqualTo(expected, within(1e-4));
      met += Double.isNaN(expected) ? 0 : 1;
    }
    assertThat(met).isPositive();
  }
}
