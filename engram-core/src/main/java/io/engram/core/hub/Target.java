package io.engram.core.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Where a repository's files go. They are collected under their hashes and appear together. */
interface Target {
  /** Where the user finds them at the end. */
  Path place();

  /** Where they are collected. */
  BlobFolder blobs();

  /** Whether this file doesn't need to be fetched. */
  boolean has(RepoFile file);

  /** Whether all files are there under their names, so that nothing has to be written. */
  boolean isComplete(List<RepoFile> files);

  /** The file to lock while files are collected. */
  Path lock();

  /** The bytes that publishing takes beyond the collected files. */
  long extraBytes(List<RepoFile> files);

  /**
   * Makes all files appear under their names at the same time.
   *
   * @return their folder
   */
  Path publish(List<RepoFile> files) throws IOException;
}
