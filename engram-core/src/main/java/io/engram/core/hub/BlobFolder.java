package io.engram.core.hub;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/**
 * Files named by their hash: a file with such a name was checked. Unfinished files end in {@code
 * .incomplete}.
 *
 * <p>The cache's folder is shared with {@code huggingface_hub}, which uses {@code HASH.incomplete};
 * a longer name here keeps both from writing to the same file.
 */
record BlobFolder(Path folder) {
  Path path(RepoFile file) {
    return folder.resolve(file.checksum().hex());
  }

  Path incomplete(RepoFile file) {
    return folder.resolve(file.checksum().hex() + ".engram.incomplete");
  }

  /** Whether the complete file is here. */
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

  /** How many of its bytes are here. */
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

  /**
   * A file that grows at its end and is hashed meanwhile, including what an earlier process wrote.
   */
  static final class Incomplete implements Closeable {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path path;
    private final RepoFile file;
    private final FileChannel channel;
    private MessageDigest digest;
    private long length;
    private boolean resumed;

    /** Opens or creates it, and hashes its contents. */
    Incomplete(Path path, RepoFile file) throws IOException {
      this.path = path;
      this.file = file;
      this.digest = file.checksum().start(file.size());
      this.channel =
          FileChannel.open(
              path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        hashPresent();
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    }

    private void hashPresent() throws IOException {
      if (channel.size() > file.size()) {
        channel.truncate(0);
      }
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      for (int n = channel.read(chunk); n >= 0; n = channel.read(chunk)) {
        digest.update(chunk.flip());
        length += n;
        chunk.clear();
      }
      resumed = length > 0;
    }

    /** How many bytes are here. */
    long length() {
      return length;
    }

    /** Whether these include bytes of an earlier attempt. */
    boolean isResumed() {
      return resumed;
    }

    void append(byte[] bytes, int count) throws IOException {
      digest.update(bytes, 0, count);
      ByteBuffer rest = ByteBuffer.wrap(bytes, 0, count);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      length += count;
    }

    /** Deletes all bytes. */
    void restart() throws IOException {
      channel.truncate(0);
      channel.position(0);
      digest = file.checksum().start(file.size());
      length = 0;
      resumed = false;
    }

    /** Gives it its name if the bytes are right; otherwise deletes them. */
    boolean completed(Path target) throws IOException {
      if (!file.checksum().matches(digest)) {
        restart();
        return false;
      }
      channel.force(false);
      channel.close();
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return true;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
