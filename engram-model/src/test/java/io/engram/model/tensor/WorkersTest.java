package io.engram.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.engram.core.ProgressListener;
import io.engram.core.random.RandomStream;
import io.engram.model.LanguageModel;
import io.engram.model.generate.Generator;
import io.engram.model.gradient.GradientNorms;
import io.engram.model.score.ContinuationScorer;
import io.engram.model.score.PerturbedScorer;
import io.engram.model.score.Scorer;
import io.engram.model.text.TokenizedSample;
import io.engram.testkit.model.TinyModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.GradMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
  private static final int THREADS = 3;
  private int before;

  @BeforeEach
  void threads() {
    before = Torch.threads();
    Torch.threads(THREADS);
  }

  @AfterEach
  void restore() {
    Torch.threads(before);
  }

  @Test
  void everyPieceRunsOnceAndSeveralAtATime() {
    AtomicIntegerArray runs = new AtomicIntegerArray(50);
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    // The first three pieces wait for one another: one after another they would never end.
    CyclicBarrier together = new CyclicBarrier(THREADS);
    Workers.run(
        50,
        Device.CPU,
        i -> {
          threads.add(Thread.currentThread());
          runs.incrementAndGet(i);
          if (i < THREADS) {
            try {
              together.await();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          }
        });
    assertThat(IntStream.range(0, 50).map(runs::get)).containsOnly(1);
    assertThat(threads).hasSize(THREADS).doesNotContain(Thread.currentThread());
  }

  @Test
  void aPieceHasOneThreadAndTheCallersGradientMode() {
    int blas = Torch.blasThreads();
    try (AutoGradMode off = new AutoGradMode(false)) {
      Workers.run(
          6,
          Device.CPU,
          i -> {
            assertThat(Torch.threads()).isEqualTo(1);
            assertThat(Torch.blasThreads()).isEqualTo(1);
            assertThat(GradMode.is_enabled()).isFalse();
            assertThat(Workers.threads(Device.CPU)).isEqualTo(1);
            assertThat(Workers.beside()).isEqualTo(THREADS);
          });
    }
    Workers.run(6, Device.CPU, i -> assertThat(GradMode.is_enabled()).isTrue());
    assertThat(Torch.threads()).isEqualTo(THREADS);
    assertThat(Torch.blasThreads()).isEqualTo(blas);
  }

  @Test
  void theFailureOfTheLowestNumberIsThrown() {
    CyclicBarrier together = new CyclicBarrier(2);
    assertThatThrownBy(
            () ->
                Workers.run(
                    THREADS,
                    Device.CPU,
                    i -> {
                      if (i > 0) {
                        try {
                          together.await();
                        } catch (Exception e) {
                          throw new IllegalStateException(e);
                        }
                        throw new IllegalArgumentException("piece " + i);
                      }
                    }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("piece 1");
    assertThat(Torch.threads()).isEqualTo(THREADS);
  }

  @Test
  void piecesOfPiecesRunOneAfterAnother() {
    List<Integer> order = new ArrayList<>();
    Workers.run(
        2,
        Device.CPU,
        i -> {
          if (i == 0) {
            Workers.run(5, Device.CPU, order::add);
          }
        });
    assertThat(order).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aModelGivesTheSameNumbersSideBySide() {
    List<TokenizedSample> samples = samples();
    List<int[]> prompts = samples.stream().map(s -> Arrays.copyOf(s.ids(), 2)).toList();
    try (LanguageModel model = TinyModels.open("gqa-tied", null, 24)) {
      Torch.threads(1);
      List<double[]> alone = numbers(model, samples);
      List<int[]> written = written(model, prompts);
      Torch.threads(THREADS);
      List<double[]> beside = numbers(model, samples);
      for (int i = 0; i < alone.size(); i++) {
        assertThat(beside.get(i)).containsExactly(alone.get(i), within(1e-5));
      }
      assertThat(written(model, prompts)).containsExactlyElementsOf(written);
      long objects = Pointer.totalCount();
      numbers(model, samples);
      written(model, prompts);
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(objects);
    }
  }

  private static List<double[]> numbers(LanguageModel model, List<TokenizedSample> samples) {
    List<double[]> all = new ArrayList<>();
    all.addAll(new Scorer(model).logProbs(samples, ProgressListener.NONE));
    double[] scales = {0.02, -0.02};
    new PerturbedScorer(model)
        .logProbs(samples, RandomStream.of(5, "test", 0, 3), scales)
        .forEach(all::addAll);
    new GradientNorms(model)
        .of(samples, (sample, logProbs) -> new double[logProbs.length])
        .forEach(norm -> all.add(norm.logProbs()));
    List<ContinuationScorer.Request> requests =
        samples.stream()
            .map(
                s ->
                    new ContinuationScorer.Request(
                        Arrays.copyOf(s.ids(), 2), Arrays.copyOfRange(s.ids(), 2, s.ids().length)))
            .toList();
    new ContinuationScorer(model)
        .score(requests, ProgressListener.NONE)
        .forEach(score -> all.add(new double[] {score.logProb()}));
    return all;
  }

  private static List<int[]> written(LanguageModel model, List<int[]> prompts) {
    return new Generator(model)
        .greedy(prompts, 6, ProgressListener.NONE).stream().map(g -> g.ids()).toList();
  }

  /** Ninety samples, so that the generator has two batches too. */
  private static List<TokenizedSample> samples() {
    return IntStream.range(0, 90)
        .mapToObj(
            i -> {
              int[] ids =
                  IntStream.range(0, 4 + i % 7).map(t -> 1 + (i * 31 + t * 7) % 90).toArray();
              return new TokenizedSample("s" + i, ids, 2);
            })
        .toList();
  }
}
