package io.engram.unlearn.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.run.JsonFiles;
import io.engram.core.run.MrdRow;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.model.train.Objective;
import io.engram.model.train.Trainer;
import io.engram.model.train.TrainingSequence;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.Weights;
import io.engram.unlearn.method.GradientAscent;
import io.engram.unlearn.method.UnlearningMethod.RetainLoss;
import io.engram.unlearn.method.UnlearningMethod.UpdateSize;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Predictions on a tiny model, against what training then takes. */
class UpdatesPredictorTest {
  private static final String ADAMW =
      "optimizer={name: adamw, learning_rate: 2e-4, weight_decay: 0, schedule: constant}";
  private static final String SGD =
      "optimizer={name: sgd, learning_rate: 0.001, weight_decay: 0, schedule: constant}";

  private static final List<Sample> SAMPLES =
      List.of(
          new Sample("a", new Sample.QuestionAnswer("Who is it?", "The author of many books.")),
          new Sample("b", new Sample.QuestionAnswer("Where is it?", "In the city.")));

  private static Recipe recipe(String... overrides) {
    return RecipeReader.parse(
        "forget: {data: f.jsonl}\norder: {name: mrd, estimator: {name: predicted_updates}}",
        List.of(overrides),
        Recipe.Kind.UNLEARN,
        "test");
  }

  private static LanguageModel open() {
    return TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT64);
  }

  private static DifficultyScore.Measured run(LanguageModel model, Recipe recipe) {
    return recipe
        .estimator()
        .measure(
            Scoring.of(model, SAMPLES, 1)
                .updating(recipe.optimizer().settings(), recipe.scope().training()));
  }

  private static List<MrdRow> rows(LanguageModel model, Recipe recipe) {
    return run(model, recipe).rows();
  }

  private static double loss(LanguageModel model, TokenizedSample sample) {
    double[] logProbs = new Scorer(model).logProbs(List.of(sample), ProgressListener.NONE).get(0);
    return -Arrays.stream(logProbs).average().orElseThrow();
  }

  /** Updates until the mean loss is τ, with the part of the last one, by training. */
  private static double needed(Recipe recipe, int sample, double until) {
    try (LanguageModel model = open();
        Trainer trainer =
            new Trainer(model, recipe.scope().training(), recipe.optimizer().settings(), 1)) {
      TokenizedSample tokens = model.samples().tokenize(SAMPLES.get(sample));
      GradientAscent ascent = new GradientAscent(1, 0, RetainLoss.NLL, null);
      UpdateSize size = UpdateSize.of(List.of(tokens));
      List<TrainingSequence> sequences =
          List.of(
              new TrainingSequence(tokens, new Objective.OfLogProbs(ascent.forget(tokens, size))));
      double before = loss(model, tokens);
      for (int n = 0; n < 500; n++) {
        trainer.accumulate(sequences);
        trainer.update(recipe.optimizer().learningRate());
        double after = loss(model, tokens);
        if (after >= until) {
          return n + (until - before) / (after - before);
        }
        before = after;
      }
      return Double.NaN;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {ADAMW, SGD})
  void comeNearToWhatTrainingTakes(String optimizer) {
    try (LanguageModel model = open()) {
      for (int i = 0; i < SAMPLES.size(); i++) {
        double until = loss(model, model.samples().tokenize(SAMPLES.get(i))) + 0.5;
        Recipe recipe = recipe(optimizer, "order.estimator.until=" + until);
        MrdRow row = rows(model, recipe).get(i);
        double needed = needed(recipe, i, until);
        assertThat(needed).isGreaterThan(3);
        assertThat(row.value()).isCloseTo(needed, within(0.15 * needed));
      }
    }
  }

  @Test
  void whatIsThereAlreadyNeedsNoneAndIsTold() {
    try (LanguageModel model = open()) {
      DifficultyScore.Measured found = run(model, recipe(ADAMW));
      assertThat(found.rows()).extracting(MrdRow::value).containsExactly(0.0, 0.0);
      assertThat(found.notes())
          .containsExactly(
              "updates of adamw at learning rate 2.0E-4 on the weights, until a mean loss of 1.5"
                  + " nats per token",
              "2 of 2 samples have already reached it: 0 updates");
    }
  }

  /** Adapters that do nothing have no gradient: no number of updates would be enough. */
  @Test
  void adaptersAreWhatIsMoved() {
    try (LanguageModel model = open()) {
      Weights.putZeroAdapter(model, "model.layers.0.self_attn.q_proj.weight", 2);
      DifficultyScore.Measured found = run(model, recipe(ADAMW, "order.estimator.until=20"));
      assertThat(found.rows()).extracting(MrdRow::value).containsOnly(UpdatesPredictor.MOST);
      assertThat(found.notes())
          .contains("2 of 2 samples need 1000 or more and are counted as that many")
          .anyMatch(note -> note.contains("on the adapters, until"));
    }
  }

  @Test
  void rowsNeverSayMrd() {
    try (LanguageModel model = open()) {
      MrdRow row = rows(model, recipe(ADAMW)).get(0);
      assertThat(JsonFiles.mapper().readTree(JsonFiles.line(row)).propertyNames())
          .containsExactly(
              "id", "predicted_updates", "standard_error", "draws", "tokens", "clamped");
      assertThat(row.isMrd()).isFalse();
    }
  }

  @Test
  void allTokensCountWhereAsked() {
    try (LanguageModel model = open()) {
      int answer = rows(model, recipe(ADAMW)).get(0).tokens();
      int all = rows(model, recipe(ADAMW, "order.estimator.scope=all")).get(0).tokens();
      assertThat(all)
          .isGreaterThan(answer)
          .isEqualTo(model.samples().tokenize(SAMPLES.get(0)).ids().length - 1);
    }
  }

  @Test
  void aDamagedModelIsToldWithTheSample() {
    try (LanguageModel model = open()) {
      Weights.fill(model, "model.norm.weight", Double.NaN);
      assertThatThrownBy(() -> rows(model, recipe(ADAMW)))
          .isInstanceOf(EngramException.class)
          .hasMessageStartingWith("Sample a has the mean loss NaN nats");
    }
  }
}
