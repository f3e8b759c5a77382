package io.engram.core.hub;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** What a fetch will take, before a byte of it comes. */
public final class FetchPlan {
  private final HubName name;
  private final String commit;
  private final List<RepoFile> files;
  private final Target target;
  private final long missing;

  FetchPlan(HubName name, String commit, List<RepoFile> files, Target target) {
    this.name = name;
    this.commit = commit;
    this.files = List.copyOf(files);
    this.target = target;
    this.missing =
        distinct().stream()
            .mapToLong(file -> target.has(file) ? 0 : file.size() - target.blobs().present(file))
            .sum();
  }

  /** Of which repository. */
  public HubName name() {
    return name;
  }

  /** The commit that the wanted revision is. */
  public String commit() {
    return commit;
  }

  /** Paths of the files, from the repository's root. */
  public List<String> paths() {
    return files.stream().map(RepoFile::path).toList();
  }

  /** Bytes of all files. */
  public long bytes() {
    return files.stream().mapToLong(RepoFile::size).sum();
  }

  /** Bytes that aren't here yet. */
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

  /** The files without second ones of the same bytes. */
  List<RepoFile> distinct() {
    return List.copyOf(
        files.stream()
            .collect(
                Collectors.toMap(
                    RepoFile::checksum, file -> file, (first, second) -> first, LinkedHashMap::new))
            .values());
  }
}
