package io.engram.core.hub;

/**
 * A file of a repository, as the hub lists it.
 *
 * @param path from the repository's root, with {@code /}; not to be trusted before {@link
 *     RepoPath#require}
 * @param size in bytes
 * @param checksum of its bytes
 */
record RepoFile(String path, long size, Checksum checksum) {
  /** The last part of its path. */
  String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Whether it lies in the repository's root. */
  boolean isAtRoot() {
    return path.indexOf('/') < 0;
  }
}
