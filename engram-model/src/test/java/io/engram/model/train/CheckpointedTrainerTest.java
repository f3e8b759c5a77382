package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.engram.model.LanguageModel;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Layers computed again for their gradients, against all activations kept. */
class CheckpointedTrainerTest {
  private static TrainingScope lora(List<Integer> layers) {
    return TrainingScope.lora(4, 8, List.of("q_proj", "down_proj"), layers);
  }

  private static List<Arguments> cases() {
    TrainingScope upper = TrainingScope.ofLayers(List.of(1));
    return List.of(
        Arguments.of("llama/gqa-tied", TrainingScope.all(), Dtype.FLOAT32),
        Arguments.of("llama/gqa-untied", TrainingScope.all(), Dtype.FLOAT32),
        Arguments.of("llama/gqa-untied", upper, Dtype.FLOAT32),
        Arguments.of("llama/gqa-tied", lora(List.of()), Dtype.FLOAT32),
        Arguments.of("llama/gqa-tied", lora(List.of(1)), Dtype.FLOAT32),
        Arguments.of("llama/bf16", lora(List.of()), Dtype.BFLOAT16),
        Arguments.of("family/gemma2", TrainingScope.all(), Dtype.FLOAT32),
        Arguments.of("family/gpt2", TrainingScope.all(), Dtype.FLOAT32),
        Arguments.of("family/opt", TrainingScope.all(), Dtype.FLOAT32));
  }

  private static List<TrainingSequence> sequences(int vocabulary) {
    SequenceLoss sum =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, -1);
          return new SequenceLoss.Slope(-Arrays.stream(logProbs).sum(), slopes);
        };
    List<TrainingSequence> sequences = new ArrayList<>();
    for (JsonNode one : Golden.json("llama/gqa-tied/expected.json").path("sequences")) {
      if (one.path("ids").size() > 2) {
        String id = "s" + sequences.size();
        int[] ids = Arrays.stream(Golden.ints(one.path("ids"))).map(i -> i % vocabulary).toArray();
        sequences.add(
            new TrainingSequence(new TokenizedSample(id, ids, 2), new Objective.OfLogProbs(sum)));
      }
    }
    return sequences;
  }

  /** Losses and gradient norms of three updates in two passes each. */
  private static List<Double> train(
      String name, TrainingScope scope, Dtype dtype, boolean checkpointed) {
    List<Double> seen = new ArrayList<>();
    try (LanguageModel model = TinyModels.open(Golden.path(name), dtype, 64);
        Trainer trainer = new Trainer(model, scope, TinyTraining.adamw(), 7, checkpointed)) {
      for (int i = 0; i < 3; i++) {
        int vocabulary = model.config().vocabularySize();
        Arrays.stream(trainer.accumulate(sequences(vocabulary))).forEach(seen::add);
        seen.add(trainer.update(0.01));
      }
    }
    return seen;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsAreEqualBitForBit(String name, TrainingScope scope, Dtype dtype) {
    List<Double> kept = train(name, scope, dtype, false);
    assertThat(kept.get(sequences(1).size())).isGreaterThan(0);
    assertThat(train(name, scope, dtype, true)).isEqualTo(kept);
  }

  /** A loss of the states after layer 0, as RMU has. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void statesOfAnInnerLayerHaveTheirGradientsToo(boolean all) {
    TrainingScope scope = all ? TrainingScope.all() : lora(List.of(0));
    assertThat(ofStates(scope, true)).isEqualTo(ofStates(scope, false));
    assertThat(ofStates(scope, true).get(0)).isGreaterThan(0);
  }

  private static List<Double> ofStates(TrainingScope scope, boolean checkpointed) {
    List<Double> seen = new ArrayList<>();
    try (LanguageModel model = TinyModels.open(Golden.path("llama/gqa-tied"), Dtype.FLOAT32, 64);
        LayerTargets targets =
            LayerTargets.common(model, 0, new double[model.config().hiddenSize()]);
        Trainer trainer = new Trainer(model, scope, TinyTraining.adamw(), 7, checkpointed)) {
      List<TrainingSequence> sequences =
          sequences(96).stream()
              .map(
                  s ->
                      new TrainingSequence(
                          s.samples().get(0), new Objective.ToStates(targets, 0.1)))
              .toList();
      for (int i = 0; i < 2; i++) {
        Arrays.stream(trainer.accumulate(sequences)).forEach(seen::add);
        seen.add(trainer.update(0.01));
      }
    }
    return seen;
  }

  @Test
  void nothingLeaks() {
    train("llama/gqa-tied", lora(List.of()), Dtype.FLOAT32, true);
    System.gc();
    long before = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      train("llama/gqa-tied", TrainingScope.all(), Dtype.FLOAT32, true);
      train("llama/gqa-tied", lora(List.of(1)), Dtype.FLOAT32, true);
    }
    System.gc();
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }
}
