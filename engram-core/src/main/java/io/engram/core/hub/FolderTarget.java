package io.engram.core.hub;

import io.engram.core.EngramException;
import io.engram.core.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A plain folder, for {@code --out}. The files are collected in {@code .NAME.incomplete} beside it,
 * which becomes the folder once it is complete.
 */
final class FolderTarget implements Target {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path out;
  private final Path beside;
  private final Set<RepoFile> present = new HashSet<>();

  /**
   * @throws EngramException of kind USAGE if it can't be created as a folder
   */
  FolderTarget(Path out) {
    this.out = out.toAbsolutePath().normalize();
    Path name = this.out.getFileName();
    if (name == null || Files.isRegularFile(this.out)) {
      throw EngramException.usage("--out " + out + " can't be made a folder.");
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
    return present.contains(file) || blobs().has(file);
  }

  @Override
  public boolean isComplete(List<RepoFile> files) {
    if (present.isEmpty()) {
      look(files); // Another process may have filled it.
    }
    return present.containsAll(files);
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
   * Checks whether these files are already there, and refuses a folder with other contents.
   *
   * @throws EngramException of kind USAGE
   */
  void look(List<RepoFile> files) {
    try {
      if (!Files.isDirectory(out) || isEmpty(out)) {
        return;
      }
    } catch (IOException e) {
      throw DiskSpace.failure(out, e);
    }
    for (RepoFile file : files) {
      if (!isSame(out.resolve(file.path()), file)) {
        throw EngramException.usage(
            "--out " + out + " holds other files; name a folder that is empty or doesn't exist.");
      }
    }
    present.addAll(files);
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
        // The expected case.
      }
      Files.move(tree, out, StandardCopyOption.ATOMIC_MOVE);
    }
    Trees.delete(beside);
    return out;
  }

  /** A second name for the blob, so that an interruption loses nothing. */
  private void place(RepoFile file, Path path) throws IOException {
    Files.createDirectories(path.getParent());
    try {
      Files.createLink(path, blobs().path(file));
    } catch (UnsupportedOperationException | IOException e) {
      Files.copy(blobs().path(file), path);
    }
  }
}
