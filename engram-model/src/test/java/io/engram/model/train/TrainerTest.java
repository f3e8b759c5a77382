package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.model.LanguageModel;
import io.engram.model.ModelOptions;
import io.engram.model.score.Scorer;
import io.engram.model.tensor.Device;
import io.engram.model.tensor.Dtype;
import io.engram.model.text.PromptTemplate;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class TrainerTest {
  private static final TrainingScope LORA =
      TrainingScope.lora(4, 8, List.of("q_proj", "down_proj"), List.of());

  @TempDir Path folder;

  private static List<TokenizedSample> samples() {
    List<TokenizedSample> samples = new ArrayList<>();
    for (JsonNode one : Golden.json("llama/gqa-tied/expected.json").path("sequences")) {
      if (one.path("ids").size() > 3) {
        samples.add(new TokenizedSample("s" + samples.size(), Golden.ints(one.path("ids")), 2));
      }
    }
    return samples;
  }

  /** Mean −ℓ over all labelled tokens. */
  private static List<TrainingSequence> meanNll(List<TokenizedSample> samples) {
    int tokens = samples.stream().mapToInt(TokenizedSample::labels).sum();
    SequenceLoss loss =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, -1.0 / tokens);
          return new SequenceLoss.Slope(-Arrays.stream(logProbs).sum() / tokens, slopes);
        };
    return samples.stream()
        .map(s -> new TrainingSequence(s, new Objective.OfLogProbs(loss)))
        .toList();
  }

  private static double[] train(int batchTokens, TrainingScope scope, int updates) {
    try (LanguageModel model = TinyModels.open("gqa-tied", Dtype.FLOAT64, batchTokens)) {
      try (Trainer trainer = new Trainer(model, scope, TinyTraining.adamw(), 7)) {
        for (int i = 0; i < updates; i++) {
          trainer.accumulate(meanNll(samples()));
          trainer.update(0.01);
        }
      }
      return scores(model);
    }
  }

  private static double[] scores(LanguageModel model) {
    return new Scorer(model)
        .logProbs(samples(), ProgressListener.NONE).stream()
            .flatMapToDouble(Arrays::stream)
            .toArray();
  }

  @Test
  void splittingAnUpdateIntoPassesChangesOnlyRounding() {
    assertThat(train(4096, TrainingScope.all(), 3))
        .containsExactly(train(16, TrainingScope.all(), 3), within(1e-9));
  }

  @Test
  void equalSeedsGiveEqualBits() {
    assertThat(train(4096, LORA, 3)).containsExactly(train(4096, LORA, 3));
  }

  @Test
  void newAdaptersChangeNothingAndThenLearn() {
    double before = Arrays.stream(train(4096, LORA, 0)).sum();
    try (LanguageModel untouched = TinyModels.open("gqa-tied", Dtype.FLOAT64, 4096)) {
      assertThat(before).isEqualTo(Arrays.stream(scores(untouched)).sum());
    }
    assertThat(Arrays.stream(train(4096, LORA, 10)).sum()).isGreaterThan(before + 1);
  }

  @Test
  void aRestoredTrainerGoesOnBitForBit() throws Exception {
    double[] whole;
    try (LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7)) {
      for (int i = 0; i < 4; i++) {
        trainer.accumulate(meanNll(samples()));
        trainer.update(0.01);
        if (i == 1) {
          trainer.saveState(folder);
        }
      }
      whole = scores(model);
    }
    try (LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7)) {
      trainer.loadState(folder);
      assertThat(trainer.updates()).isEqualTo(2);
      for (int i = 0; i < 2; i++) {
        trainer.accumulate(meanNll(samples()));
        trainer.update(0.01);
      }
      assertThat(scores(model)).containsExactly(whole);
    }
  }

  @Test
  void aTrainedAdapterIsWrittenAsPeftReadsItAndReadBackEqual() {
    double[] trained;
    try (LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, LORA, TinyTraining.adamw(), 7)) {
      trainer.accumulate(meanNll(samples()));
      trainer.update(0.01);
      trained = scores(model);
      trainer.saveModel(folder.resolve("model"), Dtype.FLOAT32, folder.resolve("adapter"));
    }
    String base = Golden.path("llama/gqa-tied").toString();
    ModelOptions options =
        new ModelOptions(Device.CPU, null, PromptTemplate.PLAIN, base, 1, 4096, false, 42);
    for (String saved : List.of("adapter", "model")) {
      try (LanguageModel read = LanguageModel.open(folder.resolve(saved).toString(), options)) {
        assertThat(scores(read)).containsExactly(trained, within(1e-5));
      }
    }
    assertThat(folder.resolve("adapter/adapter_config.json")).content().contains("\"LORA\"");
    assertThat(Files.exists(folder.resolve("model/model.safetensors.tmp"))).isFalse();
  }

  @Test
  void divergedGradientsStopBeforeAnyWeightChanges() {
    try (LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7)) {
      double[] before = scores(model);
      SequenceLoss broken =
          logProbs -> {
            double[] slopes = new double[logProbs.length];
            Arrays.fill(slopes, Double.NaN);
            return new SequenceLoss.Slope(Double.NaN, slopes);
          };
      trainer.accumulate(
          List.of(new TrainingSequence(samples().get(0), new Objective.OfLogProbs(broken))));
      assertThatThrownBy(() -> trainer.update(0.01))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("Update 1: the gradient is NaN");
      assertThat(scores(model)).containsExactly(before);
    }
  }

  @Test
  void allWeightsInBfloat16AreRefused() {
    try (LanguageModel model = TinyModels.open("bf16", Dtype.BFLOAT16, 4096)) {
      assertThatThrownBy(() -> new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("all weights in bfloat16 would lose small updates");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lm_head", "embed_tokens", "norm", "input_layernorm", "q_prj"})
  void targetsThatAreNoLinearLayerAreRefusedRatherThanIgnored(String target) {
    TrainingScope scope = TrainingScope.lora(4, 8, List.of("q_proj", target), List.of());
    try (LanguageModel model = TinyModels.open("gqa-untied")) {
      assertThatThrownBy(() -> new Trainer(model, scope, TinyTraining.adamw(), 7))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining(target + " isn't a linear layer")
          .hasMessageContaining("q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj");
    }
  }

  @Test
  void allLinearIsEveryLinearLayerButTheHead() {
    TrainingScope scope = TrainingScope.lora(4, 8, List.of("all-linear"), List.of());
    try (LanguageModel model = TinyModels.open("gqa-untied")) {
      new Trainer(model, scope, TinyTraining.adamw(), 7).close();
      assertThat(model.decoder().parameters().adapters()).hasSize(2 * 7);
    }
  }

  @Test
  void dropoutIsRefusedRatherThanIgnored() {
    TrainingScope dropping =
        new TrainingScope(List.of(), new TrainingScope.Lora(4, 8, 0.1, List.of("q_proj")));
    try (LanguageModel model = TinyModels.open("gqa-tied")) {
      assertThatThrownBy(() -> new Trainer(model, dropping, TinyTraining.adamw(), 7))
          .isInstanceOf(EngramException.class)
          .hasMessageContaining("dropout = 0.1");
    }
  }

  @Test
  void trainingAndScoringLeakNoNativeMemory() {
    train(4096, TrainingScope.all(), 1);
    System.gc();
    long before = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      train(64, TrainingScope.all(), 2);
      train(64, LORA, 2);
    }
    System.gc();
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }
}
