package io.engram.unlearn.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.engram.core.ProgressListener;
import io.engram.core.sample.Sample;
import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.model.score.Scorer;
import io.engram.model.train.Trainer;
import io.engram.unlearn.recipe.Recipe;
import io.engram.unlearn.recipe.RecipeSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("recipe")
class BatchesTest {
  @TempDir Path folder;

  @BeforeEach
  void writeData() throws IOException {
    new SmallRuns(folder).writeData();
  }

  /** Losses of the forget sequences, and of each draw; shares by sample. */
  private record Losses(double[] sequences, double[] draws, Map<Integer, Double> shares) {}

  /** Notes the shares. */
  private record Noting(Map<Integer, Double> shares) implements Batches.Weighting {
    @Override
    public double factor(int sample) {
      return 1;
    }

    @Override
    public void drawn(int sample, double share) {
      shares.put(sample, share);
    }

    @Override
    public boolean watches() {
      return false;
    }

    @Override
    public void seen(int sample, double meanLoss) {}
  }

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
        Noting noting = new Noting(new HashMap<>());
        UnlearningLoop.Batch batch =
            start
                .batches(
                    model, new Scorer(model).logProbs(data.forgetTokens(), ProgressListener.NONE))
                .of(0, draws, 0, 0, forgetScale, 1, noting);
        double[] losses = trainer.accumulate(batch.forget());
        return new Losses(losses, batch.ofDraws(losses), noting.shares());
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

  /** With other words than its own too, the tokens of a sample's fact carry all of its loss. */
  @Test
  void theFactCarriesTheLossWhereOtherWordsHardlyCount() {
    String method = "name: wga, beta: 1, retain_weight: 0, other_words: 1e-9";
    Recipe recipe = new SmallRuns(folder).recipe(method, "name: uniform");
    Setup setup = SmallRuns.setup(() -> false);
    try (LanguageModel model =
        LanguageModel.open(
            recipe.model().path(), setup.modelOptions(recipe.model(), recipe.seed()))) {
      Sample own = Sample.of("q", "Where was the author born?", "The author was born in Kuwait.");
      RunData data = RunData.of(recipe, List.of(own), model.samples());
      Sample.Asked asked = (Sample.Asked) own.content();
      Sample worded = new Sample(own.id(), asked.withAnswer("Some say: " + asked.answer()));
      Plan plan = Plan.of(data.forget().size(), recipe.budget());
      try (StartingPoint start = new StartingPoint(recipe, setup, model, data, plan);
          Trainer trainer =
              RecipeSettings.trainer(model, recipe, start.scope(model), false, WorkerGroup.ALONE)) {
        Batches batches = start.batches(model, List.of());
        for (Sample said : List.of(own, worded)) {
          double loss =
              trainer
                  .accumulate(
                      batches
                          .saying(said.equals(own) ? Map.of() : Map.of(0, said))
                          .of(0, new int[] {0}, 0, 0, 1, 1, Batches.Weighting.NONE)
                          .forget())[0];
          boolean[] ofFact = model.samples().ofFact(said, asked.question(), asked.answer());
          double[] logProbs =
              new Scorer(model)
                  .logProbs(List.of(model.samples().tokenize(said)), ProgressListener.NONE)
                  .get(0);
          double sum = 0;
          int count = 0;
          for (int t = 0; t < logProbs.length; t++) {
            sum += ofFact[t] ? Math.exp(logProbs[t]) * logProbs[t] : 0;
            count += ofFact[t] ? 1 : 0;
          }
          assertThat(count).isBetween(1, logProbs.length - 1);
          assertThat(loss).isCloseTo(sum / count, within(1e-5));
        }
      }
    }
  }

  /** Whatever else is in the update: a loss over its share is the sample's alone, of weight 1. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ga",
        "grad_diff",
        "po",
        "npo",
        "npo, reduction: mean",
        "simnpo",
        "dpo",
        "flat",
        "rmu",
        "wga",
        "satimp",
        "tnpo",
        "undial",
        "ceu",
        "pdu",
        "gru",
        "ngdiff",
        "altpo, alternatives: FOLDER/alternatives.jsonl"
      })
  void aLossOverItsShareIsTheSamplesOwn(String method) {
    String weights = List.of("gru", "ngdiff", "pdu").contains(method) ? "" : ", retain_weight: 0";
    String name = "name: " + method + weights + ", forget_weight: ";
    double own = losses(name + 1, new int[] {5}, 1).sequences()[0];
    Losses both = losses(name + 0.5, new int[] {5, 0, 0}, 1);
    assertThat(both.draws()[0] / Objects.requireNonNull(both.shares().get(5)))
        .isCloseTo(own, withinPercentage(0.01));
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
