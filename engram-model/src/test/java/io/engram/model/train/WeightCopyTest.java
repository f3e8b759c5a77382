package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.model.LanguageModel;
import io.engram.model.decoder.Parameters;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightCopyTest {
  private static final TokenizedSample SAMPLE =
      new TokenizedSample("a", new int[] {87, 42, 69, 22, 15, 23, 20, 64, 63}, 4);

  @TempDir Path folder;

  private static void train(Trainer trainer, int updates) {
    SequenceLoss loss =
        logProbs -> {
          double[] slopes = new double[logProbs.length];
          Arrays.fill(slopes, -1);
          return new SequenceLoss.Slope(-Arrays.stream(logProbs).sum(), slopes);
        };
    for (int i = 0; i < updates; i++) {
      trainer.accumulate(List.of(new TrainingSequence(SAMPLE, new Objective.OfLogProbs(loss))));
      trainer.update(0.01);
    }
  }

  private byte[] saved(Trainer trainer, String name) throws Exception {
    trainer.saveWeights(folder.resolve(name));
    return Files.readAllBytes(TrainerState.weights(folder.resolve(name)));
  }

  private static double[] firstWeight(LanguageModel model) {
    Parameters parameters = model.decoder().parameters();
    return Tensors.toDoubles(parameters.get(parameters.names().get(0)).detach());
  }

  @Test
  void putsBackTheWeightsOfTheLastCopyBitForBit() throws Exception {
    try (LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7);
        WeightCopy copy = new WeightCopy()) {
      trainer.copyWeights(copy);
      train(trainer, 1);
      byte[] wanted = saved(trainer, "wanted");
      trainer.copyWeights(copy);
      train(trainer, 2);
      assertThat(saved(trainer, "later")).isNotEqualTo(wanted);
      trainer.setWeights(copy);
      assertThat(saved(trainer, "back")).isEqualTo(wanted);
      train(trainer, 1);
      Trainer.saveWeights(copy, folder.resolve("written"));
      assertThat(TrainerState.weights(folder.resolve("written"))).hasBinaryContent(wanted);
      trainer.loadWeights(folder.resolve("written"));
      assertThat(saved(trainer, "read")).isEqualTo(wanted);
    }
  }

  /** Half of a change is half way between the weights before and after. */
  @Test
  void aChangeIsScaled() throws Exception {
    try (LanguageModel origin = TinyModels.open("gqa-tied");
        LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7)) {
      double[] before = firstWeight(model);
      train(trainer, 3);
      double[] after = firstWeight(model);
      trainer.scaleChange(origin, 0.5);
      double[] half = firstWeight(model);
      assertThat(after).isNotEqualTo(before);
      for (int i = 0; i < half.length; i++) {
        assertThat(half[i]).isCloseTo((before[i] + after[i]) / 2, within(1e-7));
      }
    }
  }

  /** Of adapters, what they add is scaled: B, while A stays. */
  @Test
  void whatAdaptersAddIsScaled() throws Exception {
    TrainingScope scope = TrainingScope.lora(4, 8, List.of("q_proj"), List.of());
    try (LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, scope, TinyTraining.adamw(), 7)) {
      train(trainer, 3);
      Parameters.Adapter adapter =
          model.decoder().parameters().adapters().values().iterator().next();
      double[] a = Tensors.toDoubles(adapter.a().detach());
      double[] b = Tensors.toDoubles(adapter.b().detach());
      trainer.scaleChange(null, 0.5);
      assertThat(Tensors.toDoubles(adapter.a().detach())).isEqualTo(a);
      double[] half = Tensors.toDoubles(adapter.b().detach());
      for (int i = 0; i < half.length; i++) {
        assertThat(half[i]).isEqualTo(b[i] / 2);
      }
      assertThat(Arrays.stream(b).map(Math::abs).max().orElse(0)).isPositive();
    }
  }

  @Test
  void anEmptyOneIsRefused() {
    try (LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7);
        WeightCopy copy = new WeightCopy()) {
      assertThat(copy.isEmpty()).isTrue();
      assertThatThrownBy(() -> trainer.setWeights(copy)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void leaksNoNativeMemory() {
    try (LanguageModel model = TinyModels.open("gqa-tied");
        Trainer trainer = new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7)) {
      copyAndPutBack(trainer);
      System.gc();
      long before = Pointer.totalCount();
      for (int i = 0; i < 3; i++) {
        copyAndPutBack(trainer);
      }
      System.gc();
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
  }

  private static void copyAndPutBack(Trainer trainer) {
    try (WeightCopy copy = new WeightCopy()) {
      trainer.copyWeights(copy);
      trainer.copyWeights(copy);
      trainer.setWeights(copy);
    }
  }
}
