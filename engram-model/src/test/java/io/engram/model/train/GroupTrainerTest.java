package io.engram.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.model.LanguageModel;
import io.engram.model.group.WorkerGroup;
import io.engram.model.tensor.Dtype;
import io.engram.model.tensor.Tensors;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.Golden;
import io.engram.testkit.model.TinyModels;
import io.engram.testkit.model.TinyTraining;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums that begin while the gradient is computed, against sums of the finished gradient. */
@Timeout(60)
final class GroupTrainerTest {
  /** Minus the log-likelihood. */
  private static final SequenceLoss SUM =
      logProbs -> {
        double[] slopes = new double[logProbs.length];
        Arrays.fill(slopes, -1);
        return new SequenceLoss.Slope(-Arrays.stream(logProbs).sum(), slopes);
      };

  @TempDir Path folder;
  private int groups;

  private <T> List<T> all(int size, Function<WorkerGroup, T> work) throws Exception {
    Path rendezvous = folder.resolve("rendezvous" + groups++);
    ExecutorService pool = Executors.newFixedThreadPool(size);
    try {
      List<CompletableFuture<T>> futures = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        int own = rank;
        futures.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try (WorkerGroup group = WorkerGroup.join(rendezvous, own, size)) {
                    return work.apply(group);
                  }
                },
                pool));
      }
      return futures.stream().map(CompletableFuture::join).toList();
    } finally {
      pool.shutdownNow();
    }
  }

  /** The last has three tokens: of four workers, one has nothing to compute. */
  private static List<TrainingSequence> sequences() {
    List<TrainingSequence> sequences = new ArrayList<>();
    for (int length : new int[] {40, 25, 3}) {
      int[] ids = new int[length];
      for (int t = 0; t < length; t++) {
        ids[t] = (7 * t + length) % 90 + 3;
      }
      sequences.add(
          new TrainingSequence(
              new TokenizedSample("" + length, ids, 1), new Objective.OfLogProbs(SUM)));
    }
    return sequences;
  }

  private static List<double[]> weights(LanguageModel model) {
    try (PointerScope open = new PointerScope()) {
      return model.decoder().parameters().names().stream()
          .map(name -> Tensors.toDoubles(model.decoder().parameters().get(name).detach()))
          .toList();
    }
  }

  /** The weights after two updates, each of two sums. */
  private static List<double[]> trained(
      WorkerGroup group, TrainingScope scope, boolean checkpointed, boolean early) {
    try (LanguageModel model = TinyModels.open(Golden.path("llama/gqa-tied"), Dtype.FLOAT32, 32);
        Trainer trainer = new Trainer(model, scope, TinyTraining.adamw(), 7, checkpointed, group)) {
      for (int i = 0; i < 2; i++) {
        trainer.accumulate(sequences().subList(1, 3));
        if (early) {
          trainer.accumulateLast(sequences());
        } else {
          trainer.accumulate(sequences());
        }
        trainer.update(0.01);
      }
      return weights(model);
    }
  }

  @ParameterizedTest
  @CsvSource({"2, false, false", "4, false, false", "4, true, false", "3, false, true"})
  void theSameBytes(int size, boolean checkpointed, boolean adapters) throws Exception {
    TrainingScope scope =
        adapters
            ? TrainingScope.lora(2, 4, List.of("q_proj", "down_proj"), List.of())
            : TrainingScope.all();
    List<List<double[]>> late = all(size, group -> trained(group, scope, checkpointed, false));
    List<List<double[]>> early = all(size, group -> trained(group, scope, checkpointed, true));
    for (List<double[]> weights : early) {
      assertThat(weights).usingRecursiveComparison().isEqualTo(late.get(0));
    }
  }

  @Test
  void aSumThatWasBegunTakesNoMore() throws Exception {
    all(
        2,
        group -> {
          try (LanguageModel model =
                  TinyModels.open(Golden.path("llama/gqa-tied"), Dtype.FLOAT32, 32);
              Trainer trainer =
                  new Trainer(model, TrainingScope.all(), TinyTraining.adamw(), 7, false, group)) {
            trainer.accumulateLast(sequences());
            assertThatThrownBy(() -> trainer.accumulate(sequences()))
                .isInstanceOf(IllegalStateException.class);
            return true;
          }
        });
  }

  /** What an update leaves whose second half the other worker doesn't take part in. */
  private record Left(boolean isWhole, boolean isAsBefore) {}

  /** The second worker sums the gradient and leaves; then the leader begins its part. */
  private Left left(Consumer<Trainer> part) throws Exception {
    return all(
            2,
            group -> {
              try (LanguageModel model =
                      TinyModels.open(Golden.path("llama/gqa-tied"), Dtype.FLOAT32, 32);
                  Trainer trainer =
                      new Trainer(
                          model, TrainingScope.all(), TinyTraining.adamw(), 7, false, group)) {
                double[][] before = weights(model).toArray(double[][]::new);
                trainer.accumulateLast(sequences());
                if (group.leads()) {
                  assertThatThrownBy(() -> part.accept(trainer))
                      .isInstanceOf(WorkerGroup.Lost.class);
                } else {
                  trainer.setAside();
                }
                return new Left(
                    trainer.isWhole(), Arrays.deepEquals(before, weights(model).toArray()));
              }
            })
        .get(0);
  }

  @Test
  void aWorkerThatIsLostAtTheSharpestPointLeavesTheWeights() throws Exception {
    Left left = left(trainer -> trainer.sharpen(0.5, sequences()));
    assertThat(left).isEqualTo(new Left(true, true));
  }

  /** The optimizer has stepped: neither its state nor the weights are those before the update. */
  @Test
  void aWorkerThatIsLostWhileAStepIsFittedLeavesNoWholeUpdate() throws Exception {
    Left left = left(trainer -> trainer.fittedUpdate(0.01, sequences(), 1));
    assertThat(left).isEqualTo(new Left(false, false));
  }

  @Test
  void aWorkerThatIsLostBeforeTheStepLeavesAWholeUpdate() throws Exception {
    Left left =
        left(
            trainer -> {
              trainer.setAside();
              trainer.accumulateLast(sequences());
            });
    assertThat(left).isEqualTo(new Left(true, true));
  }
}
