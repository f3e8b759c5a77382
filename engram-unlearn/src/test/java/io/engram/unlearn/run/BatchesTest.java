package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.model.train.Trainer;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("recipe")
class BatchesTest {
  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    new SmallRuns(folder).writeData();
  }

  /** Losses of the forget sequences, and of each draw. */
  private record Losses(double[] sequences, double[] draws) {}

  private Losses losses(String method, int[] draws, double forgetScale) {
    Recipe recipe = new SmallRuns(folder).recipe(method, "name: uniform");
    Setup setup = SmallRuns.setup(() -> false);
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      RunData data = RunData.load(recipe, model.samples());
      Plan plan = Plan.of(data.forget().size(), recipe.budget());
      try (StartingPoint start = new StartingPoint(recipe, setup, model, data, plan);
          Trainer trainer =
              RecipeSettings.trainer(model, recipe, start.scope(model), false, WorkerGroup.ALONE)) {
        UnlearningLoop.Batch batch =
            start
                .batches(model, List.of())
                .of(0, draws, 0, 0, forgetScale, 1, Batches.Weighting.NONE);
        double[] losses = trainer.accumulate(batch.forget());
        return new Losses(losses, batch.ofDraws(losses));
      }
    }
  }

  /** The loss of an update is a mean over its draws; in the ratio of two samples that cancels. */
  @Test
  void drawsOfOneSampleShareASequence() {
    String method = "name: wga, beta: 1, retain_weight: 0";
    double[] once = losses(method, new int[] {0, 1}, 1).sequences();
    Losses twice = losses(method, new int[] {0, 1, 0}, 1);
    assertThat(twice.sequences()).hasSize(2);
    double ratio = twice.sequences()[0] / twice.sequences()[1];
    assertThat(ratio).isCloseTo(2 * once[0] / once[1], within(1e-5));
    double half = twice.sequences()[0] / 2;
    assertThat(twice.draws()).containsExactly(half, twice.sequences()[1], half);
  }

  @Test
  void forgetLossIsScaled() {
    String method = "name: wga, beta: 1, retain_weight: 0";
    double whole = losses(method, new int[] {0, 1}, 1).sequences()[1];
    double quarter = losses(method, new int[] {0, 1}, 0.25).sequences()[1];
    assertThat(quarter).isCloseTo(whole / 4, within(1e-7));
  }

  @Test
  void drawsWithRefusalsOfTheirOwnShareNothing() {
    Losses twice = losses("name: po, retain_weight: 0", new int[] {0, 1, 0}, 1);
    assertThat(twice.sequences()).hasSize(3).isEqualTo(twice.draws());
  }
}
