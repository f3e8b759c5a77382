package io.engram.model.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.core.EngramException;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.ModelSize;
import io.engram.model.tensor.Dtype;
import io.engram.model.train.TrainingScope;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyTraining;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** By hand, for the tiny model gqa-tied: V 96, C 32, I 48, L 2, Q 32, K 16. */
class MemoryEstimateTest {
  private static final long GIB = 1L << 30;

  private static ModelSize size(String model) {
    return LanguageModel.size(Golden.path("llama/" + model).toString(), ModelOptions.defaults());
  }

  private static MemoryNeed training(ModelSize size, TrainingScope scope, boolean checkpointed) {
    return new MemoryEstimate(size)
        .training(
            new MemoryEstimate.Training(
                scope,
                TinyTraining.adamw(),
                10,
                checkpointed,
                0,
                MemoryEstimate.Reference.NUMBERS));
  }

  /** 96·32 + 2·(2·32 + 32·32 + 2·16·32 + 32·32 + 3·32·48) + 32. */
  private static final long PARAMETERS = 96 * 32 + 2 * (64 + 3072 + 4608) + 32;

  @Test
  void weightsInTheFilesFormatAreMapped() {
    MemoryNeed float32 = new MemoryEstimate(size("gqa-tied")).scoring(10);
    assertThat(float32.mapped()).isEqualTo(4 * PARAMETERS);
    assertThat(float32.own()).containsEntry("weights", 0L).containsEntry("logits", 10L * 96 * 4);
    // The file of this one has bfloat16; small models are computed in float32.
    MemoryNeed widened = new MemoryEstimate(size("bf16")).scoring(10);
    assertThat(widened.mapped()).isZero();
    assertThat(widened.own().get("weights")).isEqualTo(4 * size("bf16").parameters());
  }

  /** Mapped weights can be dropped again; those in another format are copies. */
  @Test
  void anOpenModelHoldsTheWeightsThatAreNotMapped() {
    assertThat(new MemoryEstimate(size("gqa-tied")).opened()).isZero();
    ModelSize half = size("gqa-tied").in(Dtype.BFLOAT16);
    assertThat(new MemoryEstimate(half).opened()).isEqualTo(2 * PARAMETERS);
  }

  @Test
  void aLayersActivationsAreThoseOfItsTensors() {
    long hand = 4 * (6 * 32 + 5 * (32 + 16) + 16 + 2 * 32 + 4 * 48);
    MemoryEstimate.LayerBytes bytes =
        new MemoryEstimate.LayerBytes(size("gqa-tied").config(), Dtype.FLOAT32);
    assertThat(bytes.forward()).isEqualTo(hand);
    MemoryEstimate.LayerBytes half =
        new MemoryEstimate.LayerBytes(size("gqa-tied").config(), Dtype.BFLOAT16);
    assertThat(half.forward()).isEqualTo(hand / 2 + 4 * (2 * 32 + 2 * 16));
  }

  @Test
  void allWeightsWithAdamwTakeFourTimesTheirSize() {
    MemoryNeed need = training(size("gqa-tied"), TrainingScope.all(), false);
    assertThat(need.mapped()).isZero();
    assertThat(need.own())
        .containsEntry("weights", 4 * PARAMETERS)
        .containsEntry("gradients", 4 * PARAMETERS)
        .containsEntry("optimizer", 8 * PARAMETERS);
  }

  /** The tested model's weights are its own after training, the other's lie in their file. */
  @Test
  void anotherModelBesideTheTrainedOneAddsItsWeightsAlone() {
    ModelSize size = size("gqa-tied");
    MemoryEstimate.Training all =
        new MemoryEstimate.Training(
            TrainingScope.all(),
            TinyTraining.adamw(),
            10,
            true,
            0,
            MemoryEstimate.Reference.NUMBERS);
    MemoryNeed after = new MemoryEstimate(size).scoringTrained(all, false);
    MemoryNeed scoring = new MemoryEstimate(size).scoring(10);
    assertThat(after.mapped()).isZero();
    assertThat(after.least()).isEqualTo(scoring.least() + 4 * PARAMETERS);
    MemoryNeed amid = new MemoryEstimate(size).scoringTrained(all, true);
    assertThat(amid.least()).isEqualTo(scoring.least() + 16 * PARAMETERS);
    MemoryNeed both = amid.beside("other", scoring);
    assertThat(both.least()).isEqualTo(amid.least());
    assertThat(both.mapped()).isEqualTo(4 * PARAMETERS);
    MemoryNeed widened = new MemoryEstimate(size("bf16")).scoring(20);
    MemoryNeed beside = amid.beside("other", widened);
    assertThat(beside.own())
        .containsEntry("other", widened.own().get("weights"))
        .containsEntry("logits", widened.own().get("logits"))
        .containsEntry("program", 600L << 20);
    assertThat(beside.text()).doesNotContain("mapped");
  }

  @Test
  void ofTwoStagesEachLimitIsTheLarger() {
    MemoryNeed training = new MemoryNeed(10, Map.of("gradients", 7L));
    MemoryNeed evaluation = new MemoryNeed(20, Map.of("logits", 2L));
    MemoryNeed most = training.or(evaluation);
    assertThat(most.least()).isEqualTo(7);
    assertThat(most.total()).isEqualTo(22);
    assertThat(evaluation.or(training)).isEqualTo(most);
    assertThat(training.or(training)).isEqualTo(training);
  }

  @Test
  void loraTrainsItsOwnNumbersAlone() {
    TrainingScope scope = TrainingScope.lora(4, 8, List.of("q_proj", "down_proj"), List.of(1));
    long numbers = 4 * (32 + 32) + 4 * (32 + 48);
    MemoryNeed need = training(size("gqa-tied"), scope, false);
    assertThat(need.mapped()).isEqualTo(4 * PARAMETERS);
    assertThat(need.own())
        .containsEntry("weights", 4 * numbers)
        .containsEntry("gradients", 4 * numbers)
        .containsEntry("optimizer", 8 * numbers);
  }

  @Test
  void ofCheckpointedLayersOneExistsAtOnce() {
    ModelSize size = size("gqa-tied");
    long layer = new MemoryEstimate.LayerBytes(size.config(), Dtype.FLOAT32).forward();
    long kept = training(size, TrainingScope.all(), false).least();
    long again = training(size, TrainingScope.all(), true).least();
    assertThat(kept - again).isEqualTo(10 * (2 * layer - layer - 2 * 32 * 4));
  }

  @Test
  void whatFitsWithoutItsWeightsGoesOnSlowly() {
    MemoryNeed need = new MemoryNeed(8 * GIB, Map.of("activations", 3 * GIB));
    assertThat(new MemoryCheck(need, OptionalLong.of(20 * GIB)).text())
        .isEqualTo(
            "Memory: about 11.0 GiB: weights 8.00 (mapped from their files), activations 3.00;"
                + " 20.0 GiB can be had.");
    MemoryCheck tight = new MemoryCheck(need, OptionalLong.of(5 * GIB));
    assertThat(tight.text())
        .endsWith("Weights will be read from their files again and again, which is slow.");
    tight.require(false, List.of(), "--ignore-memory");
    assertThat(new MemoryCheck(need, OptionalLong.empty()).text()).doesNotContain("can be had");
  }

  @Test
  void whatDoesNotFitIsRefusedWithWhatTakesLess() {
    MemoryNeed need = new MemoryNeed(0, Map.of("weights", 8 * GIB));
    MemoryNeed less = new MemoryNeed(4 * GIB, Map.of("activations", GIB));
    MemoryCheck check = new MemoryCheck(need, OptionalLong.of(2 * GIB));
    List<MemoryCheck.Alternative> alternatives =
        List.of(
            new MemoryCheck.Alternative("scope.train=lora", less),
            new MemoryCheck.Alternative("--batch-tokens 512", need));
    assertThatThrownBy(() -> check.require(false, alternatives, "--ignore-memory"))
        .isInstanceOfSatisfying(EngramException.class, e -> assertThat(e.exitCode()).isEqualTo(4))
        .hasMessageContaining("this run needs about 8.00 GiB: weights 8.00.")
        .hasMessageContaining("2.00 GiB can be had")
        .hasMessageContaining("\n  scope.train=lora: 1.00 GiB\n--ignore-memory continues anyway.")
        .message()
        .doesNotContain("batch-tokens");
    check.require(true, alternatives, "--ignore-memory");
  }
}
