package io.engram.core.hub;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Fetches several files in parallel and reports progress from the calling thread. If one fails, or
 * the listener throws, the others are stopped; the bytes they fetched are kept.
 */
final class Downloads {
  private static final int CONNECTIONS = 4;
  private static final long LOOK_MILLIS = 100;
  private static final long STOP_SECONDS = 10;
  private static final long SMALL_BYTES = 10_000_000;

  private final HubClient client;
  private final Repository repository;
  private final String commit;
  private final BlobFolder blobs;
  private final AtomicLong present = new AtomicLong();

  Downloads(HubClient client, Repository repository, String commit, BlobFolder blobs) {
    this.client = client;
    this.repository = repository;
    this.commit = commit;
    this.blobs = blobs;
  }

  /**
   * Fetches all of them, the largest first.
   *
   * @param files each hash once
   * @throws EngramException if one can't be fetched
   */
  void run(List<RepoFile> files, ProgressListener progress) {
    long total = files.stream().mapToLong(RepoFile::size).sum();
    long unit = total < SMALL_BYTES ? 1000 : 1_000_000;
    ExecutorService workers = Executors.newFixedThreadPool(CONNECTIONS, Downloads::daemon);
    CompletionService<RepoFile> done = new ExecutorCompletionService<>(workers);
    progress.start(
        "Fetching " + repository.name().id(),
        Math.max(1, total / unit),
        unit == 1000 ? "kB" : "MB");
    try {
      files.stream()
          .sorted(Comparator.comparingLong(RepoFile::size).reversed())
          .forEach(file -> done.submit(() -> fetch(file)));
      watch(done, files.size(), unit, progress);
      progress.finish();
    } finally {
      stop(workers);
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "engram-hub");
    thread.setDaemon(true);
    return thread;
  }

  private RepoFile fetch(RepoFile file) throws IOException {
    new BlobDownload(client, repository, commit, file, present::addAndGet).into(blobs);
    return file;
  }

  private void watch(
      CompletionService<RepoFile> done, int files, long unit, ProgressListener progress) {
    long shown = 0;
    try {
      for (int left = files; left > 0; ) {
        Future<RepoFile> ended = done.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        long now = Math.max(shown, present.get() / unit);
        progress.advance(now - shown);
        shown = now;
        if (ended != null) {
          ended.get();
          left--;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EngramException.file(
          repository.name() + ": stopped; what has been fetched is kept.", e);
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  private RuntimeException failure(@Nullable Throwable cause) {
    if (cause instanceof EngramException known) {
      return known;
    }
    return cause instanceof IOException io
        ? DiskSpace.failure(blobs.folder(), io)
        : new IllegalStateException(cause);
  }

  /** Waits, so that nothing is written after the lock is released. */
  private void stop(ExecutorService workers) {
    workers.shutdownNow();
    client.close();
    boolean interrupted = Thread.interrupted();
    try {
      workers.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
