package io.engram.unlearn.difficulty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.model.train.OptimizerSettings;
import io.engram.model.train.TrainingScope;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.unlearn.difficulty.RehearsedUpdates.Found;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the score makes of a rehearsal. Real ones are in {@code RehearsalTest}. */
class RehearsedUpdatesTest {
  private static final RehearsedUpdates SCORE = new RehearsedUpdates(5, 0);

  private static final List<Sample> SAMPLES =
      IntStream.range(0, 4)
          .mapToObj(i -> Sample.of("q" + i, "Who is " + i + "?", "The " + i))
          .toList();

  private static DifficultyScore.Measured measured(Found found, boolean comparing) {
    OptimizerSettings optimizer =
        new OptimizerSettings(
            OptimizerSettings.Algorithm.ADAMW,
            1e-3,
            0,
            0.9,
            0.999,
            1e-8,
            0,
            0,
            OptimizerSettings.Decay.ALL,
            OptimizerSettings.Schedule.CONSTANT,
            0);
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      Scoring scoring =
          Scoring.of(model, SAMPLES, 3)
              .updating(optimizer, TrainingScope.all())
              .rehearsing((factor, until) -> found);
      return SCORE.measure(comparing ? scoring.comparing() : scoring);
    }
  }

  /** 4 updates with F = 5, a fifth of the way: at least 100. */
  @Test
  void everySampleHasAValue() {
    double[] updates = {0, 12.5, 40, Double.NaN};
    DifficultyScore.Measured found = measured(new Found(updates, 2, 4, 100, 0, false), false);
    assertThat(found.values()).containsExactly(0, 12.5, 40, 100);
    assertThat(found.rows().get(1).score()).isEqualTo("rehearsal");
    assertThat(found.notes())
        .containsExactly(
            "updates at learning rate 0.001 until the stopping rule counts a sample as forgotten, from 4 updates with steps 5.0 times as long",
            "1 of 4 samples are forgotten to begin with: 0 updates",
            "1 of 4 samples were not forgotten in the rehearsal and are extended at their speed",
            "1 of 4 samples hardly moved and are counted as 100 updates");
  }

  @Test
  void aLossThatRanAwayIsAnErrorUnlessScoresAreCompared() {
    Found found = new Found(new double[] {1, 2, 3, 4}, 4, 2, 50, 1.5, true);
    assertThatThrownBy(() -> measured(found, false))
        .isInstanceOf(EngramException.class)
        .hasMessage(
            "The rehearsal's loss ran away after 2 updates with steps 5.0 times as long.\nUse a smaller order.estimator.factor or optimizer.learning_rate.");
    assertThat(measured(found, true).values()).containsOnly(Double.NaN);
  }

  @Test
  void fewUpdatesAreEasy() {
    assertThat(SCORE.ease(0)).isEqualTo(1);
    assertThat(SCORE.ease(0.5)).isEqualTo(1);
    assertThat(SCORE.ease(8)).isEqualTo(0.125);
    assertThat(SCORE.direction()).isEqualTo(DifficultyScore.Direction.LARGE_IS_HARD);
  }

  @Test
  void itNeedsARun() {
    try (LanguageModel model = TinyModels.open(Golden.model("with-tokenizer"), Dtype.FLOAT32)) {
      assertThatThrownBy(() -> SCORE.measure(Scoring.of(model, SAMPLES, 3)))
          .hasMessageContaining("The score rehearsal needs the optimizer of the updates to come");
    }
  }
}
