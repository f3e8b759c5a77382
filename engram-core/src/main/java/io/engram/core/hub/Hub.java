package io.engram.core.hub;

import io.engram.core.EngramException;
import io.engram.core.ProgressListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fetches models and datasets from a Hugging Face hub: first {@link #plan}, which says what will be
 * fetched, then {@link #fetch}. A fetch that was stopped resumes when it is repeated.
 */
public final class Hub {
  private final HubSettings settings;
  private final Pace pace;

  /** A hub with these settings. */
  public Hub(HubSettings settings) {
    this(settings, Pace.USUAL);
  }

  Hub(HubSettings settings, Pace pace) {
    this.settings = settings;
    this.pace = pace;
  }

  /**
   * Lists the hub's files and chooses among them. Writes nothing.
   *
   * @param patterns which weights or data files; empty: the usual ones
   * @param out a plain folder; null: the cache
   * @throws EngramException of kind USAGE if the name, the revision, a pattern or the access is
   *     wrong, of kind FILE if the hub can't be reached or its answer makes no sense, of kind
   *     RESOURCES if the disk is too small
   */
  public Plan plan(HubName name, List<String> patterns, @Nullable Path out) {
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
      Plan plan = new Plan(name, commit, files, target);
      DiskSpace.require(target.blobs().folder(), plan.missingBytes() + target.extraBytes(files));
      return plan;
    }
  }

  /**
   * Fetches the missing files of a plan.
   *
   * @param progress called in this thread; if it throws, the fetch stops and can be resumed
   * @param message receives explanations for the user
   * @return the folder with the files
   * @throws EngramException as {@link #plan} does, and of kind FILE if bytes don't match their hash
   */
  public Path fetch(Plan plan, ProgressListener progress, Consumer<String> message) {
    Target target = plan.target();
    if (target.isComplete(plan.files())) {
      return target.place(); // The place may be read-only.
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

  /** What a fetch will involve, before it starts. */
  public static final class Plan {
    private final HubName name;
    private final String commit;
    private final List<RepoFile> files;
    private final Target target;
    private final long missing;

    Plan(HubName name, String commit, List<RepoFile> files, Target target) {
      this.name = name;
      this.commit = commit;
      this.files = List.copyOf(files);
      this.target = target;
      this.missing =
          distinct().stream()
              .mapToLong(file -> target.has(file) ? 0 : file.size() - target.blobs().present(file))
              .sum();
    }

    /** The repository. */
    public HubName name() {
      return name;
    }

    /** The commit of the wanted revision. */
    public String commit() {
      return commit;
    }

    /** Paths of the files, from the repository's root. */
    public List<String> paths() {
      return files.stream().map(RepoFile::path).toList();
    }

    /** Size of all files in bytes. */
    public long bytes() {
      return files.stream().mapToLong(RepoFile::size).sum();
    }

    /** How many bytes are still missing. */
    public long missingBytes() {
      return missing;
    }

    /** Where the files will be. */
    public Path place() {
      return target.place();
    }

    List<RepoFile> files() {
      return files;
    }

    Target target() {
      return target;
    }

    /** The files without duplicates of equal bytes. */
    List<RepoFile> distinct() {
      return List.copyOf(
          files.stream()
              .collect(
                  Collectors.toMap(
                      RepoFile::checksum,
                      file -> file,
                      (first, second) -> first,
                      LinkedHashMap::new))
              .values());
    }
  }
}
