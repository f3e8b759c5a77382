package io.engram.unlearn.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
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
import io.engram.unlearn.mrd.ModelScorer;
import io.engram.unlearn.mrd.ModelScorer.Scope;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.study.Criterion.Met;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("recipe")
class UpdatesNeededTest {
  private static final int MOST = 40;
  private static final double MORE_NATS = 0.7;

  @TempDir Path folder;

  private static LanguageModel open() {
    return TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32);
  }

  /** The model as it's saved, to the byte. */
  private byte[] weights(LanguageModel model) throws IOException {
    model.save(folder.resolve("saved"), Dtype.FLOAT32);
    return Files.readAllBytes(folder.resolve("saved/model.safetensors"));
  }

  /** Mean ℓ over all labelled tokens. */
  private static double mean(LanguageModel model, List<TokenizedSample> samples) {
    return new Scorer(model)
        .logProbs(samples, ProgressListener.NONE).stream()
            .flatMapToDouble(Arrays::stream)
            .average()
            .orElseThrow();
  }

  private static Criterion below(double threshold) {
    return new Criterion("mean", Criterion.Measure.MEAN_LOG_PROB, threshold);
  }

  private static UpdatesNeeded needed(
      Recipe recipe, LanguageModel model, WeightSnapshot start, Criterion criterion, int most) {
    UpdatesPredictor predictor =
        new UpdatesPredictor(
            model,
            recipe.scope().training(),
            recipe.optimizer().settings(),
            Math.abs(criterion.threshold()));
    return new UpdatesNeeded(recipe, model, start, predictor, List.of(criterion), most);
  }

  /** Mean ℓ after 0, 1, 2 .. updates, by a loop of its own on a model of its own. */
  private static double[] path(Recipe recipe, List<TokenizedSample> samples, int updates) {
    UpdateSize size = UpdateSize.of(samples);
    List<TrainingSequence> sequences = samples.stream().map(s -> sequence(s, size)).toList();
    double[] path = new double[updates + 1];
    try (LanguageModel model = open();
        Trainer trainer =
            new Trainer(
                model, recipe.scope().training(), recipe.optimizer().settings(), recipe.seed())) {
      path[0] = mean(model, samples);
      for (int u = 1; u <= updates; u++) {
        trainer.accumulate(sequences);
        trainer.update(recipe.optimizer().learningRate());
        path[u] = mean(model, samples);
      }
    }
    return path;
  }

  private static TrainingSequence sequence(TokenizedSample sample, UpdateSize size) {
    return new TrainingSequence(
        sample,
        new Objective.OfLogProbs(
            new GradientAscent(1, 0, RetainLoss.NLL, null).forget(sample, size)));
  }

  @ParameterizedTest
  @ValueSource(strings = {TinyStudy.SGD, TinyStudy.ADAMW, TinyStudy.LORA})
  void countsUpdatesAndLeavesTheModelBitForBit(String sections) throws IOException {
    Recipe recipe = TinyStudy.recipe(folder, sections);
    try (LanguageModel model = open();
        WeightSnapshot start = new WeightSnapshot(model)) {
      byte[] before = weights(model);
      List<TokenizedSample> samples =
          model.samples().tokenize(SampleSource.load(recipe.forget().data())).subList(1, 2);
      double threshold = mean(model, samples) - MORE_NATS;
      UpdatesNeeded unlearning = needed(recipe, model, start, below(threshold), MOST);
      Met.Outcome outcome = unlearning.of(samples);
      assertThat(weights(model)).isEqualTo(before);
      assertThat(model.decoder().parameters().adapters()).isEmpty();
      assertThat(unlearning.of(samples)).usingRecursiveComparison().isEqualTo(outcome);

      double needed = outcome.updates().getOrDefault("mean", Double.NaN);
      int last = (int) Math.ceil(needed);
      double[] path = path(recipe, samples, last);
      assertThat(path[last]).isLessThanOrEqualTo(threshold);
      assertThat(path[last - 1]).isGreaterThan(threshold);
      double part = (path[last - 1] - threshold) / (path[last - 1] - path[last]);
      assertThat(needed).isGreaterThan(1).isCloseTo(last - 1 + part, within(1e-9));
      assertThat(outcome.change()).isPositive();
      assertThat(outcome.changes().keySet()).isEqualTo(outcome.updates().keySet());
      assertThat(outcome.changes().values()).contains(outcome.change());
    }
  }

  /** ∇L of one sample is what GradientNorms finds with equal coefficients. */
  @Test
  void gradientIsOfTheMeanLoss() throws IOException {
    Recipe recipe = TinyStudy.recipe(folder, TinyStudy.SGD);
    try (LanguageModel model = open();
        WeightSnapshot start = new WeightSnapshot(model)) {
      List<Sample> samples = SampleSource.load(recipe.forget().data());
      ModelScorer scorer = new ModelScorer(model, samples, Scope.ANSWER, 1, 0);
      double[] squares =
          scorer.squaredNorms(
              (sample, logProbs) -> {
                double[] equal = new double[logProbs.length];
                Arrays.fill(equal, 1.0 / logProbs.length);
                return equal;
              });
      UpdatesNeeded unlearning = needed(recipe, model, start, below(-100), 1);
      for (int i = 0; i < samples.size(); i++) {
        Met.Outcome outcome = unlearning.of(scorer.samples().subList(i, i + 1));
        double norm = Math.sqrt(squares[i]);
        assertThat(outcome.forecast().start().l2()).isCloseTo(norm, within(1e-4 * norm));
        assertThat(outcome.forecast().start().l1()).isGreaterThan(norm);
        assertThat(outcome.updates()).isEmpty();
        // Plain gradient ascent of one update moves the weights by η∇L.
        assertThat(outcome.change())
            .isCloseTo(
                0.01 * outcome.forecast().start().l1() / model.decoder().parameters().count(),
                within(1e-4 * outcome.change()));
      }
    }
  }

  @Test
  void aSampleThatIsForgottenAlreadyNeedsNone() throws IOException {
    Recipe recipe = TinyStudy.recipe(folder, TinyStudy.ADAMW);
    try (LanguageModel model = open();
        WeightSnapshot start = new WeightSnapshot(model)) {
      List<TokenizedSample> samples =
          model.samples().tokenize(SampleSource.load(recipe.forget().data())).subList(0, 1);
      Met.Outcome outcome = needed(recipe, model, start, below(-0.1), MOST).of(samples);
      assertThat(outcome.updates()).containsOnlyKeys("mean").containsEntry("mean", 0.0);
      assertThat(outcome.change()).isZero();
    }
  }
}
