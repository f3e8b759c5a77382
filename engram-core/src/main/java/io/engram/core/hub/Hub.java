package io.engram.core.hub;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Fetches models and datasets from a Hugging Face hub: first {@link #plan}, which says what it will
 * be, then {@link #fetch}. A fetch that was stopped goes on where it was when it's asked for again.
 */
public final class Hub {
  private final HubSettings settings;
  private final Pace pace;

  /** With these settings. */
  public Hub(HubSettings settings) {
    this(settings, Pace.USUAL);
  }

  Hub(HubSettings settings, Pace pace) {
    this.settings = settings;
    this.pace = pace;
  }

  /**
   * Asks the hub what there is and chooses. Writes nothing.
   *
   * @param patterns which weights or data files; empty: the usual ones
   * @param out a plain folder; null: the cache
   * @throws EngramException of kind USAGE if the name, the revision, a pattern or the access isn't
   *     right, of kind FILE if the hub can't be reached or makes no sense, of kind RESOURCES if the
   *     disk is too small
   */
  public FetchPlan plan(HubName name, List<String> patterns, @Nullable Path out) {
    FileChoice.Patterns chosen = new FileChoice.Patterns(patterns);
    FolderTarget folder = out == null ? null : new FolderTarget(out);
    if (settings.offline()) {
      throw EngramException.file(
          name + " can't be fetched: HF_HUB_OFFLINE forbids the network. Unset it.");
    }
    try (HubClient client = new HubClient(settings, pace)) {
      Repository repository = new Repository(client, name);
      String commit = repository.commit();
      List<RepoFile> files =
          new FileChoice(name, chosen)
              .of(repository.files(commit), file -> repository.read(commit, file));
      if (folder != null) {
        folder.look(files);
      }
      Target target = folder == null ? new CacheTarget(settings.cache(), name, commit) : folder;
      FetchPlan plan = new FetchPlan(name, commit, files, target);
      DiskSpace.require(target.blobs().folder(), plan.missingBytes() + target.extraBytes(files));
      return plan;
    }
  }

  /**
   * Fetches what is missing of a plan.
   *
   * @param progress is told in the calling thread; what it throws stops the fetch, resumably
   * @param message is told what the user may wonder about
   * @return the folder with the files
   * @throws EngramException as {@link #plan} does, and of kind FILE where bytes don't have their
   *     hash
   */
  public Path fetch(FetchPlan plan, ProgressListener progress, Consumer<String> message) {
    Target target = plan.target();
    if (target.isComplete(plan.files())) {
      return target.place(); // The place may be one that can only be read.
    }
    try (FetchLock held = FetchLock.take(target.lock(), progress, message)) {
      Files.createDirectories(target.blobs().folder());
      List<RepoFile> missing =
          target.isComplete(plan.files())
              ? List.of()
              : plan.distinct().stream().filter(file -> !target.has(file)).toList();
      if (!missing.isEmpty()) {
        try (HubClient client = new HubClient(settings, pace)) {
          Repository repository = new Repository(client, plan.name());
          new Downloads(client, repository, plan.commit(), target.blobs()).run(missing, progress);
        }
      }
      return target.publish(plan.files());
    } catch (IOException e) {
      throw DiskSpace.failure(target.place(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EngramException.file(plan.name() + ": stopped while waiting for another fetch.", e);
    }
  }
}
