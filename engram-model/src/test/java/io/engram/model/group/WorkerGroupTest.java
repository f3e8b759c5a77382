package io.engram.model.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.engram.model.tensor.Device;
import io.engram.model.tensor.Tensors;
import io.engram.testkit.PartedNetwork;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

  /** Long enough for a busy machine to connect, much shorter than in earnest. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Two workers that meet through a network that can be parted. */
  private record Pair(WorkerGroup leader, WorkerGroup other) {
    static Pair meet(Meeting meeting, int port) {
      CompletableFuture<WorkerGroup> other =
          CompletableFuture.supplyAsync(
              () -> Meeting.join("127.0.0.1", port, 1, 2, false, PATIENCE));
      WorkerGroup leader = meeting.lead(PartedNetwork.LEADER, false, () -> {});
      return new Pair(leader, other.join());
    }
  }

  private static CompletableFuture<String> lost(Runnable waits) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            waits.run();
            return "nothing was lost";
          } catch (WorkerGroup.Lost e) {
            return String.valueOf(e.getMessage());
          }
        });
  }

  /** No connection is closed. Waiting for longer than the patience is no reason to give up. */
  @Test
  void aPartedNetworkIsNoticedByBoth() throws Exception {
    try (Meeting meeting = Meeting.open(2, PATIENCE);
        PartedNetwork network = new PartedNetwork(meeting.port())) {
      Pair pair = Pair.meet(meeting, network.port());
      assertThat(network.connections()).isPositive();
      CompletableFuture<double[]> sum =
          CompletableFuture.supplyAsync(pair.other()::awaitAnnouncement)
              .thenApply(announced -> pair.other().sum(new double[] {1}));
      pair.leader().announce("now");
      Thread.sleep(PATIENCE.plusSeconds(1).toMillis());
      assertThat(pair.leader().sum(new double[] {2})).containsExactly(3);
      assertThat(sum.get()).containsExactly(3);

      network.part();
      CompletableFuture<String> leader = lost(() -> pair.leader().sum(new double[] {1}));
      CompletableFuture<String> other = lost(pair.other()::awaitAnnouncement);
      assertThat(leader.get())
          .isEqualTo("Worker 1 of 2 can't reach the others any more: worker 2 has fallen silent");
      assertThat(other.get())
          .isEqualTo("Worker 2 of 2 can't reach the others any more: the leader has fallen silent");
      assertThat(pair.leader().isLost()).isTrue();
      pair.leader().close();
      pair.other().close();
    }
  }

  /** Both reach the meeting, but their sums don't get through. */
  @Test
  void workersThatDontReachEachOther() throws Exception {
    try (Meeting meeting = Meeting.open(2, PATIENCE);
        PartedNetwork network = new PartedNetwork(meeting.port())) {
      Pair pair = Pair.meet(meeting, network.port());
      network.partWorkers();
      CompletableFuture<String> leader = lost(() -> pair.leader().sum(new double[] {1}));
      CompletableFuture<String> other = lost(() -> pair.other().sum(new double[] {1}));
      assertThat(leader.get()).endsWith("all wait for each other; some don't reach each other");
      network.close(); // as the leader's end would
      assertThat(other.get()).startsWith("Worker 2 of 2 can't reach the others any more: ");
      pair.leader().close();
      pair.other().close();
    }
  }

  @Test
  void workersThatNeverReachEachOther() throws Exception {
    try (Meeting meeting = Meeting.open(2, PATIENCE);
        PartedNetwork network = new PartedNetwork(meeting.port())) {
      network.partWorkers();
      CompletableFuture<String> other =
          lost(() -> Meeting.join("127.0.0.1", network.port(), 1, 2, false, PATIENCE));
      CompletableFuture<String> leader =
          lost(() -> meeting.lead(PartedNetwork.LEADER, false, () -> {}));
      assertThat(leader.get()).startsWith("Worker 1 of 2 can't reach the others any more: ");
      assertThat(other.get()).startsWith("Worker 2 of 2 can't reach the others any more: ");
    }
  }

  @Test
  void nobodyMeetsThere() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    assertThatThrownBy(() -> Meeting.join("127.0.0.1", port, 1, 2, false, PATIENCE))
        .isInstanceOf(WorkerGroup.Lost.class)
        .hasMessageContaining("127.0.0.1:%d: ".formatted(port));
  }
}
