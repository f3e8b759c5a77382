package io.engram.core.hub;

import io.engram.core.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The cache of {@code huggingface_hub}: {@code models--ORG--NAME/} with {@code blobs/HASH}, {@code
 * snapshots/COMMIT/PATH}, which are relative links to blobs, and {@code refs/REVISION}, which hold
 * a commit. A snapshot is built beside its place and moved there; the reference is written last.
 */
final class CacheTarget implements Target {
  private final HubCache cache;
  private final HubName name;
  private final String commit;

  CacheTarget(HubCache cache, HubName name, String commit) {
    this.cache = cache;
    this.name = name;
    this.commit = commit;
  }

  @Override
  public Path place() {
    return cache.folder(name).resolve("snapshots").resolve(commit);
  }

  @Override
  public BlobFolder blobs() {
    return new BlobFolder(cache.folder(name).resolve("blobs"));
  }

  @Override
  public boolean has(RepoFile file) {
    // Without links, huggingface_hub keeps the file only in the snapshot.
    return blobs().has(file) || BlobFolder.hasSize(place().resolve(file.path()), file);
  }

  @Override
  public boolean isComplete(List<RepoFile> files) {
    boolean referenced = cache.find(name).filter(found -> found.equals(place())).isPresent();
    return referenced
        && files.stream().allMatch(file -> BlobFolder.hasSize(place().resolve(file.path()), file));
  }

  @Override
  public Path lock() {
    return cache.root().resolve(".locks").resolve(name.folder()).resolve("engram.lock");
  }

  @Override
  public long extraBytes(List<RepoFile> files) {
    return cache.links() ? 0 : files.stream().mapToLong(RepoFile::size).sum();
  }

  @Override
  public Path publish(List<RepoFile> files) throws IOException {
    Path snapshot = place();
    if (!Files.isDirectory(snapshot)) {
      publishWhole(snapshot, files);
    }
    for (RepoFile file : files) {
      complete(snapshot, file);
    }
    reference();
    return snapshot;
  }

  private void publishWhole(Path snapshot, List<RepoFile> files) throws IOException {
    Path beside = cache.folder(name).resolve(commit + ".engram.incomplete");
    Trees.delete(beside);
    for (RepoFile file : files) {
      place(file, beside.resolve(file.path()));
    }
    Files.createDirectories(snapshot.getParent());
    try {
      Files.move(beside, snapshot, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(snapshot)) {
        throw e;
      }
      Trees.delete(beside); // huggingface_hub has started one meanwhile.
    }
  }

  /** A file missing from a snapshot that another program made. */
  private void complete(Path snapshot, RepoFile file) throws IOException {
    Path path = snapshot.resolve(file.path());
    if (!BlobFolder.hasSize(path, file)) {
      Path beside = path.resolveSibling("." + file.name() + ".engram.incomplete");
      Files.deleteIfExists(beside);
      place(file, beside);
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void place(RepoFile file, Path path) throws IOException {
    Files.createDirectories(path.getParent());
    if (cache.links()) {
      int depth = file.path().split("/", -1).length + 1;
      Path blob = Path.of("../".repeat(depth) + "blobs", file.checksum().hex());
      try {
        Files.createSymbolicLink(path, blob);
        return;
      } catch (UnsupportedOperationException | IOException e) {
        // A copy works too: some systems let only administrators make links.
      }
    }
    Files.copy(blobs().path(file), path);
  }

  private void reference() throws IOException {
    String revision = name.revisionOrMain();
    if (revision.equals(commit)) {
      return;
    }
    Path file = cache.folder(name).resolve("refs").resolve(revision);
    Files.createDirectories(file.getParent());
    Path beside = file.resolveSibling(file.getFileName() + ".engram.tmp");
    Files.writeString(beside, commit);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
