package io.engram.core.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files under the name of their hash: a name means that the bytes were compared. What is still
 * coming ends in {@code .incomplete}.
 *
 * <p>The cache's folder is shared with {@code huggingface_hub}, which uses {@code HASH.incomplete};
 * the longer name here keeps both from writing to one file.
 */
record BlobFolder(Path folder) {
  Path path(RepoFile file) {
    return folder.resolve(file.checksum().hex());
  }

  Path incomplete(RepoFile file) {
    return folder.resolve(file.checksum().hex() + ".engram.incomplete");
  }

  /** Whether it's here, whole. */
  boolean has(RepoFile file) {
    return hasSize(path(file), file);
  }

  static boolean hasSize(Path path, RepoFile file) {
    try {
      return Files.isRegularFile(path) && Files.size(path) == file.size();
    } catch (IOException e) {
      return false;
    }
  }

  /** How many bytes of it are here. */
  long present(RepoFile file) {
    if (has(file)) {
      return file.size();
    }
    try {
      Path part = incomplete(file);
      return Files.isRegularFile(part) ? Math.min(Files.size(part), file.size()) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
