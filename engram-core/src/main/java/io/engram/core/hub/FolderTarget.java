package io.engram.core.hub;

import io.engram.core.EngramException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;

/**
 * A plain folder, for {@code --out}. The files are gathered in {@code .NAME.incomplete} beside it,
 * which becomes the folder when all are there.
 */
final class FolderTarget implements Target {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path out;
  private final Path beside;

  /**
   * @throws EngramException of kind USAGE if it can't be a folder
   */
  FolderTarget(Path out) {
    this.out = out.toAbsolutePath().normalize();
    Path name = this.out.getFileName();
    if (name == null || Files.isRegularFile(this.out)) {
      throw EngramException.usage("--out " + out + " is no folder that can be made.");
    }
    this.beside = this.out.resolveSibling("." + name + ".incomplete");
  }

  @Override
  public Path place() {
    return out;
  }

  @Override
  public BlobFolder blobs() {
    return new BlobFolder(beside.resolve("blobs"));
  }

  @Override
  public boolean has(RepoFile file) {
    return blobs().has(file) || isSame(out.resolve(file.path()), file);
  }

  @Override
  public Path lock() {
    return beside.resolve(".lock");
  }

  @Override
  public long extraBytes(List<RepoFile> files) {
    return 0;
  }

  /**
   * Refuses a folder that holds something else than these files.
   *
   * @throws EngramException of kind USAGE
   */
  void requireFree(List<RepoFile> files) {
    try {
      if (Files.isDirectory(out) && !isEmpty(out) && !holds(files)) {
        throw EngramException.usage(
            "--out " + out + " holds other files; name a folder that is empty or doesn't exist.");
      }
    } catch (IOException e) {
      throw DiskSpace.failure(out, e);
    }
  }

  private boolean holds(List<RepoFile> files) {
    return files.stream().allMatch(file -> isSame(out.resolve(file.path()), file));
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private static boolean isSame(Path path, RepoFile file) {
    if (!BlobFolder.hasSize(path, file)) {
      return false;
    }
    MessageDigest digest = file.checksum().start(file.size());
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = Files.newInputStream(path)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
      return file.checksum().matches(digest);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Path publish(List<RepoFile> files) throws IOException {
    if (!Files.isDirectory(out) || isEmpty(out)) {
      Path tree = beside.resolve("tree");
      Trees.delete(tree);
      for (RepoFile file : files) {
        place(file, tree.resolve(file.path()));
      }
      try {
        Files.delete(out);
      } catch (NoSuchFileException e) {
        // As it should be.
      }
      Files.move(tree, out, StandardCopyOption.ATOMIC_MOVE);
    }
    Trees.delete(beside);
    return out;
  }

  /** A second name of the blob, so that a stop in between loses nothing. */
  private void place(RepoFile file, Path path) throws IOException {
    Files.createDirectories(path.getParent());
    try {
      Files.createLink(path, blobs().path(file));
    } catch (UnsupportedOperationException | IOException e) {
      Files.copy(blobs().path(file), path);
    }
  }
}
