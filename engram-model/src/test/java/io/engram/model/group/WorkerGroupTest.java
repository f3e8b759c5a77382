package io.engram.model.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WorkerGroupTest {
  @TempDir Path folder;

  /** Carries out the same work as each of several workers, here threads of one process. */
  private <T> List<T> all(int size, Function<WorkerGroup, T> work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(size);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        int own = rank;
        futures.add(
            pool.submit(
                () -> {
                  try (WorkerGroup group =
                      WorkerGroup.join(folder.resolve("rendezvous"), own, size)) {
                    return work.apply(group);
                  }
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(50, TimeUnit.SECONDS));
      }
      return results;
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void sumsAreTheSameForAllWorkers() throws Exception {
    List<double[]> sums =
        all(
            3,
            group -> {
              double own = group.leads() ? 1 : 10;
              assertThat(group.size()).isEqualTo(3);
              assertThat(group.any(!group.leads())).isTrue();
              assertThat(group.any(false)).isFalse();
              try (PointerScope scope = new PointerScope()) {
                Tensor a = Tensors.ofDoubles(new double[] {own, 2}, Device.CPU);
                Tensor b = Tensors.ofDoubles(new double[] {0.5}, Device.CPU);
                group.sum(List.of(a, b));
                double[] parts = Tensors.toDoubles(a);
                return new double[] {parts[0], parts[1], Tensors.toDoubles(b)[0]};
              }
            });
    assertThat(sums).allSatisfy(sum -> assertThat(sum).containsExactly(21, 6, 1.5));
  }

  /** The first from worker 2, the second from worker 0. */
  @Test
  void eachTensorComesFromItsOwner() throws Exception {
    List<double[]> got =
        all(
            3,
            group -> {
              try (PointerScope scope = new PointerScope()) {
                double own = 10 * group.rank();
                Tensor a = Tensors.ofDoubles(new double[] {own, own + 1}, Device.CPU);
                Tensor b = Tensors.ofDoubles(new double[] {own + 2}, Device.CPU);
                group.broadcast(List.of(a, b), new int[] {2, 0});
                return new double[] {
                  Tensors.toDoubles(a)[0], Tensors.toDoubles(a)[1], Tensors.toDoubles(b)[0]
                };
              }
            });
    assertThat(got).allSatisfy(values -> assertThat(values).containsExactly(20, 21, 2));
  }

  @Test
  void theLeaderTellsTheOthers() throws Exception {
    assertThat(
            all(
                2,
                group -> {
                  if (group.leads()) {
                    group.announce("first, ünd");
                    group.announce("second");
                    return "";
                  }
                  return group.awaitAnnouncement() + " / " + group.awaitAnnouncement();
                }))
        .containsExactly("", "first, ünd / second");
  }

  /** 9 → first, 7 → second, 4 → second (11), 3 → first (12), 1 → second (12). */
  @Test
  void piecesGoToTheWorkerThatHasLeast() {
    assertThat(WorkerGroup.owners(new int[] {3, 9, 1, 7, 4}, 2)).containsExactly(0, 0, 1, 1, 1);
    assertThat(WorkerGroup.ALONE.share(new int[] {5, 2})).containsExactly(0, 1);
    assertThat(WorkerGroup.ALONE.share(new int[0])).isEmpty();
  }

  @Test
  void alone() {
    double[] values = {1, 2};
    assertThat(WorkerGroup.ALONE.sum(values)).isSameAs(values);
    assertThat(WorkerGroup.ALONE.any(true)).isTrue();
    assertThat(WorkerGroup.ALONE.leads()).isTrue();
    assertThatThrownBy(WorkerGroup.ALONE::awaitAnnouncement)
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aWorkerThatEndsIsMissedAtOnce() throws Exception {
    List<String> told =
        all(
            2,
            group -> {
              if (!group.leads()) {
                group.awaitAnnouncement();
                return "";
              }
              group.announce("leave");
              try {
                group.sum(new double[] {1});
                return "summed";
              } catch (WorkerGroup.Lost e) {
                return String.valueOf(e.getMessage());
              }
            });
    assertThat(told.get(0)).startsWith("Worker 1 of 2 can't reach the others any more: ");
  }
}
