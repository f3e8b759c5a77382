package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.model.LanguageModel;
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
