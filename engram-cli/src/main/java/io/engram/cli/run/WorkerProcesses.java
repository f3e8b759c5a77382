package io.engram.cli.run;

import io.engram.cli.option.CommonOptions;
import io.engram.cli.progress.Interruption;
import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import io.engram.core.Trees;
import io.engram.model.group.WorkerGroup;
import io.engram.unlearn.run.Assistant;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * {@code --workers N}: the command starts itself N times and waits. Each process finds its place in
 * the environment and joins the group; the first carries out the command, the others assist in each
 * of its runs. None outlives the others: a process ends with the one that started it, and the
 * others are ended when one of them is gone.
 */
final class WorkerProcesses {
  /** The place of a process: {@code rank/size/rendezvous}. */
  private static final String PLACE = "ENGRAM_WORKER";

  private static final long PATIENCE_SECONDS = 30;

  private WorkerProcesses() {}

  /**
   * Carries out a command with several processes: starts them, or, within one of them, does its
   * part.
   *
   * @param sharesState whether they share the optimizer's state
   * @param command the command, for the group that leads it
   * @return the command's exit code
   */
  static int carryOut(
      CommonOptions common, int workers, boolean sharesState, ToIntFunction<WorkerGroup> command) {
    String place = System.getenv(PLACE);
    return place == null ? start(common, workers) : work(common, place, sharesState, command);
  }

  /** The part of one process. */
  private static int work(
      CommonOptions common, String place, boolean sharesState, ToIntFunction<WorkerGroup> command) {
    Interruption.followParent();
    CompletableFuture<?> parentEnds =
        ProcessHandle.current()
            .parent()
            .<CompletableFuture<?>>map(ProcessHandle::onExit)
            .orElseGet(CompletableFuture::new);
    Thread watch =
        new Thread(
            () -> {
              parentEnds.join();
              Runtime.getRuntime().halt(1);
            },
            "parent");
    watch.setDaemon(true);
    watch.start();
    String[] words = place.split("/", 3);
    int rank = Integer.parseInt(words[0]);
    try (WorkerGroup group =
        WorkerGroup.join(Path.of(words[2]), rank, Integer.parseInt(words[1]), sharesState)) {
      if (rank > 0) {
        // A signal goes to all; the leader decides when to stop.
        Assistant.work(
            group,
            Path.of(words[2] + "." + rank),
            common.setup(ProgressListener.NONE),
            () -> Interruption.watch(common.console()));
        return 0;
      }
      try {
        return command.applyAsInt(group);
      } finally {
        Assistant.dismiss(group);
      }
    } catch (WorkerGroup.Lost e) {
      throw EngramException.resources(String.valueOf(e.getMessage()), e);
    }
  }

  private static int start(CommonOptions common, int workers) {
    Path folder;
    try {
      folder = Files.createTempDirectory("engram-workers");
    } catch (IOException e) {
      throw EngramException.resources(
          "--workers: no temporary folder can be made: " + e.getMessage(), e);
    }
    List<Process> started = new ArrayList<>();
    try {
      for (int rank = workers - 1; rank >= 0; rank--) {
        started.add(0, process(common, folder, rank, workers));
      }
      return await(common, started, folder);
    } catch (IOException e) {
      throw EngramException.resources("--workers: a worker can't be started: " + e.getMessage(), e);
    } finally {
      started.forEach(Process::destroyForcibly);
      delete(folder);
    }
  }

  private static Process process(CommonOptions common, Path folder, int rank, int workers)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(ProcessHandle.current().info().command().orElse("java"));
    line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    line.addAll(List.of("-cp", Objects.requireNonNull(System.getProperty("java.class.path"))));
    line.add("io.engram.cli.Engram");
    line.addAll(withoutThreads(common.arguments()));
    int cores = Runtime.getRuntime().availableProcessors();
    int threads = common.threads() == 0 ? cores : common.threads();
    line.addAll(List.of("--threads", Integer.toString(Math.max(1, threads / workers))));
    ProcessBuilder builder = new ProcessBuilder(line);
    builder
        .environment()
        .put(PLACE, "%d/%d/%s".formatted(rank, workers, folder.resolve("rendezvous")));
    if (rank == 0) {
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    } else {
      builder.redirectErrorStream(true).redirectOutput(log(folder, rank).toFile());
    }
    return builder.start();
  }

  /** The arguments without {@code --threads N}, which each worker gets a share of. */
  static List<String> withoutThreads(List<String> arguments) {
    List<String> left = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("--threads")) {
        i++;
      } else if (!argument.startsWith("--threads=")) {
        left.add(argument);
      }
    }
    return left;
  }

  private static Path log(Path folder, int rank) {
    return folder.resolve("worker-" + (rank + 1) + ".log");
  }

  /** Shows what the leader prints, and waits until all have ended. */
  private static int await(CommonOptions common, List<Process> workers, Path folder)
      throws IOException {
    Interruption.watch(common.console());
    Process leader = workers.get(0);
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (int rank = 1; rank < workers.size(); rank++) {
      int own = rank;
      ends.add(workers.get(rank).onExit().thenAccept(ended -> told(common, ended, own, folder)));
    }
    Thread forward = new Thread(() -> forward(leader), "interruption");
    forward.setDaemon(true);
    forward.start();
    try (BufferedReader out = new BufferedReader(leader.inputReader(StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        common.console().out().println(line);
      }
    }
    try {
      int code = leader.waitFor();
      for (int rank = 1; rank < workers.size(); rank++) {
        if (workers.get(rank).waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          ends.get(rank - 1).join();
        }
      }
      return code;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Says how a worker ended that should have gone on, and what it said last. */
  private static void told(CommonOptions common, Process ended, int rank, Path folder) {
    if (ended.exitValue() == 0) {
      return;
    }
    String last = "";
    try {
      last = Files.readAllLines(log(folder, rank)).stream().reduce((a, b) -> b).orElse("");
    } catch (IOException e) {
      last = e.toString();
    }
    common
        .console()
        .message(
            "Worker %d (process %d) ended with exit code %d.%s"
                .formatted(
                    rank + 1,
                    ended.pid(),
                    ended.exitValue(),
                    last.isEmpty() ? "" : " It said: " + last));
  }

  /** Passes a signal on to the leader, which stops after its update. */
  private static void forward(Process leader) {
    while (leader.isAlive()) {
      if (Interruption.requested()) {
        leader.destroy();
        return;
      }
      try {
        Thread.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static void delete(Path folder) {
    try {
      Trees.delete(folder);
    } catch (IOException e) {
      // A temporary folder; the system clears it.
    }
  }
}
