package io.engram.core.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Where a repository's files go. They are gathered under their hashes and appear together. */
interface Target {
  /** Where the user finds them in the end. */
  Path place();

  /** Where they are gathered. */
  BlobFolder blobs();

  /** Whether this file needs no fetching. */
  boolean has(RepoFile file);

  /** Whether all of them are there under their names, so that nothing has to be written. */
  boolean isComplete(List<RepoFile> files);

  /** What is locked while files are gathered. */
  Path lock();

  /** Bytes that publishing takes beyond the gathered files. */
  long extraBytes(List<RepoFile> files);

  /**
   * Makes the files appear under their names, all of them at once.
   *
   * @return the folder they are in
   */
  Path publish(List<RepoFile> files) throws IOException;
}
